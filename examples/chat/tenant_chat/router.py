"""From the type of a message to the function that handles it."""

from collections.abc import Callable
from typing import Any

from tenant_chat.connections import ConnectionManager
from tenant_chat.errors import ErrorHandler, MessageError, MissingTypeError, UnsupportedTypeError

Message = dict[str, Any]
MessageHandler = Callable[[str, Message], Message | None]


class MessageRouter:
    """A message handler gets the connection id and the message; what it returns goes back to the sender."""

    def __init__(self, connections: ConnectionManager, errors: ErrorHandler) -> None:
        self.connections = connections
        self.errors = errors
        self.handlers: dict[str, MessageHandler] = {}

    def route(self, message_type: str) -> Callable[[MessageHandler], MessageHandler]:
        def register(handler: MessageHandler) -> MessageHandler:
            self.handlers[message_type] = handler
            return handler

        return register

    def dispatch(self, connection_id: str, message: Any) -> None:
        try:
            reply = self.handler_of(message)(connection_id, message)
        except MessageError as error:
            self.errors.handle(connection_id, error)
            return
        if reply:
            self.connections.send_message(connection_id, reply)

    def handler_of(self, message: Any) -> MessageHandler:
        message_type = message.get("type") if isinstance(message, dict) else None
        if not message_type:
            raise MissingTypeError("message has no type")
        if not isinstance(message_type, str) or message_type not in self.handlers:
            raise UnsupportedTypeError(f"unsupported message type: {message_type}")
        return self.handlers[message_type]
