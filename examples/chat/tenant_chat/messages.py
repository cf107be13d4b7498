"""What the chat does with each type of message."""

import os
import uuid
from datetime import UTC, datetime
from typing import Any

from tenant_chat.connections import ConnectionManager
from tenant_chat.errors import ErrorHandler, InvalidTextError, NotRegisteredError
from tenant_chat.router import MessageRouter

connections = ConnectionManager(os.environ["CONNECTIONS_TABLE"])
errors = ErrorHandler(connections)
router = MessageRouter(connections, errors)


@router.route("chat")
def say(connection_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Acknowledge, tell the others, and say how many of them heard it."""
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InvalidTextError("text must be a string that is not empty")
    sender = connections.get(connection_id)
    if sender is None:
        raise NotRegisteredError("this connection is not registered, please connect again")

    message_id = str(uuid.uuid4())
    connections.send_message(connection_id, {"type": "chat_accepted", "id": message_id, "text": text})
    recipients = connections.broadcast_to_tenant(
        sender["tenant_id"],
        {
            "type": "chat_message",
            "id": message_id,
            "from": sender["user_id"],
            "text": text,
            "sent_at": datetime.now(UTC).isoformat(),
        },
        exclude_connection=connection_id,
    )
    return {"type": "chat_delivered", "id": message_id, "recipients": recipients}


@router.route("ping")
def pong(connection_id: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"type": "pong", "echo": message.get("echo")}
