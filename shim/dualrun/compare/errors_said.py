"""What errors say: the status that belongs to an error frame, and the body of a refused connect."""

from __future__ import annotations

from typing import Final

from shim.dualrun.compare.payload import value_of
from shim.dualrun.compare.tokens import split
from shim.dualrun.record.canonical import Event
from shim.gateway import frames

STATUSES: Final[dict[str, frozenset[int]]] = {
    frames.FORBIDDEN: frozenset({403}),
    frames.INTERNAL_SERVER_ERROR: frozenset({500, 502}),
    frames.ENDPOINT_REQUEST_TIMED_OUT: frozenset({504}),
    frames.BAD_REQUEST_BODY: frozenset({400}),
    frames.TOO_MANY_REQUESTS: frozenset({429}),
    frames.SERVICE_UNAVAILABLE: frozenset({503}),
}
"""A WebSocket has no status for a message, so that of a POST is held against what the frame says."""


def status_problem(legacy: Event, candidate: Event) -> str | None:
    """Why the status of an error is wrong, in words; None when it is right or nothing can be said about it."""
    if candidate.status is None or candidate.channel != "post":
        return None
    right = STATUSES.get(said(candidate), frozenset()) if legacy.status is None else frozenset({legacy.status})
    if not right or candidate.status in right:
        return None
    return f"came with status {candidate.status}, not {' or '.join(map(str, sorted(right)))}"


def said(event: Event) -> str:
    """The 'message' of an error's body, without moments and ids; the body itself where it has none."""
    value = value_of(event.text)
    message = value.get("message") if isinstance(value, dict) else None
    return split(message if isinstance(message, str) else event.text.strip()).shape
