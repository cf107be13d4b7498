"""The words in which integrations are called and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from shim.gateway.events import EventContext, Pairs, connect_event, disconnect_event, message_event


class Backend(Protocol):
    """Whoever runs functions."""

    async def invoke(self, function_id: str, event: Any) -> Any:  # noqa: ANN401 - whatever a function takes and returns
        """What the function returned. Raises FunctionFailed, or TimeoutError when it took too long."""


class FunctionFailed(Exception):
    """Raised when a function raised. `error_type` and `error_message` are what Lambda reports of it."""

    def __init__(self, function_id: str, error_type: str, error_message: str) -> None:
        self.function_id, self.error_type, self.error_message = function_id, error_type, error_message
        super().__init__(function_id, error_type, error_message)

    def __str__(self) -> str:
        return f"{self.function_id} raised {self.error_type}: {self.error_message}"


class IntegrationFailed(Exception):
    """Raised when an integration can't be called, or answers with something that is no response."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an integration: everything that an event or a mapping template may ask for."""

    kind: Literal["CONNECT", "MESSAGE", "DISCONNECT"]
    route_key: str
    context: EventContext
    request_id: str
    now_ms: int
    body: str = ""
    message_id: str | None = None
    headers: Pairs = ()
    query: Pairs = ()
    close: tuple[int, str] = (1005, "")

    def event(self) -> dict[str, Any]:
        """The event that a Lambda proxy integration gets."""
        if self.kind == "CONNECT":
            return connect_event(self.context, self.headers, self.query, self.request_id, self.now_ms)
        if self.kind == "DISCONNECT":
            return disconnect_event(self.context, *self.close, self.request_id, self.now_ms)
        message_id = self.message_id or self.request_id
        return message_event(self.context, self.route_key, self.body, self.request_id, message_id, self.now_ms)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an integration answered. `status` None: a Lambda proxy integration gave no valid one. `body` None: none."""

    status: int | None
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def lambda_answer(result: object) -> Answer:
    """A Lambda proxy integration's return value."""
    if not isinstance(result, Mapping):
        return Answer(None)
    status, body, headers = result.get("statusCode"), result.get("body"), result.get("headers")
    if isinstance(status, str) and len(status) == 3 and status.isascii() and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        status = None
    named = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    return Answer(status, None if body is None else str(body), named)
