"""Differences that come from the sizes that a WebSocket API takes, which the new path need not keep.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from __future__ import annotations

from typing import Final

from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Send, Session
from shim.gateway.limits import GatewayLimits

_LIMITS: Final = GatewayLimits()
TOO_BIG: Final = 1009
"""Close code for a message that is too big, https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1"""

CONTENT_TOO_LARGE: Final = 413


def is_beyond_frame(session: Session, step: int) -> bool:
    """Whether the step sends what does not fit into one frame of a WebSocket API."""
    sent = session.steps[step]
    return isinstance(sent, Send) and _size(sent.text) > _LIMITS.frame_bytes


def is_beyond_message(session: Session, step: int) -> bool:
    sent = session.steps[step]
    return isinstance(sent, Send) and _size(sent.text) > _LIMITS.payload_bytes


def is_too_large_to_push(event: Event) -> bool:
    """Whether API Gateway would have refused the message with 413."""
    return event.kind == "msg" and _size(event.text) > _LIMITS.payload_bytes


def _size(text: str) -> int:
    # A character has at most four bytes, so most texts need not be encoded.
    return len(text) if len(text) * 4 <= _LIMITS.frame_bytes else len(text.encode("utf-8", "surrogatepass"))
