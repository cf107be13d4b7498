"""What a client is told when its message can't be handled."""

import json
from datetime import UTC, datetime

from tenant_chat.connections import ConnectionManager


class MessageError(Exception):
    """The client sent something that it can put right; the text is meant for it."""


class NotJsonError(MessageError):
    pass


class MissingTypeError(MessageError):
    pass


class UnsupportedTypeError(MessageError):
    pass


class InvalidTextError(MessageError):
    pass


class NotRegisteredError(MessageError):
    pass


class ErrorHandler:
    """Tells the client, and the log. Other exceptions fail the function, so that its alarm sees them."""

    def __init__(self, connections: ConnectionManager) -> None:
        self.connections = connections

    def handle(self, connection_id: str, error: MessageError) -> None:
        kind = type(error).__name__
        timestamp = datetime.now(UTC).isoformat()
        self.connections.send_message(
            connection_id,
            {"type": "error", "error": {"type": kind, "message": str(error)}, "timestamp": timestamp},
        )
        print(
            json.dumps(
                {
                    "level": "WARNING",
                    "connection_id": connection_id,
                    "error_type": kind,
                    "error_message": str(error),
                    "timestamp": timestamp,
                }
            )
        )
