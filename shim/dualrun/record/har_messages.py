"""The messages of one entry of an HTTP archive, with the time of each on the wall."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Literal

from shim.backends.event_stream_parser import EventStreamParser, EventTooLarge
from shim.dualrun.record.canonical import readable
from shim.dualrun.record.notes import Note

MAX_MESSAGES: Final = 200_000
"""Messages of one entry that are read."""

DAY_S: Final = 86_400.0
LONGEST_S: Final = 30 * DAY_S
"""A message that is so much later than its connection was not timed by the same clock."""

CONTINUATION, TEXT, BINARY, CLOSE = 0, 1, 2, 8
"""Opcodes, https://www.rfc-editor.org/rfc/rfc6455#section-5.2."""

_MAX_EVENT_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """kind: 'sent', 'received', or 'closed' by the server, whose `status` is the close code. at: seconds since 1970."""

    kind: Literal["sent", "received", "closed"]
    text: str
    at: float
    id: str = ""
    status: int | None = None


def socket_messages(told: list[Any], started: float, entry: int, notes: list[Note]) -> list[Message]:
    """Of `_webSocketMessages`, in their order."""
    if len(told) > MAX_MESSAGES:
        notes.append(Note("left_out", 0, f"entry {entry}: messages after the first {MAX_MESSAGES} are left out"))
    listed = [one for one in told[:MAX_MESSAGES] if isinstance(one, dict)]
    times = _walls([one.get("time") for one in listed], started, entry, notes)
    messages: list[Message] = []
    left_out = 0
    for one, at in zip(listed, times, strict=True):
        message = _socket_message(one, at)
        if message is not None:
            messages.append(message)
        elif one.get("opcode") not in (9, 10):
            left_out += 1
    if left_out:
        notes.append(Note("left_out", 0, f"entry {entry}: {left_out} messages that no session can send are left out"))
    return messages


def stream_messages(
    entry: dict[str, Any], told: list[Any] | None, started: float, number: int, notes: list[Note]
) -> tuple[list[Message], str]:
    """Of `_eventSourceMessages`, else of the body of the response, whose events have no times of their own; and the
    data of the `open` event, '' without one."""
    if told is None:
        events = [(event.type, event.data, event.id or "") for event in _body_events(entry, number, notes)]
        times = [started] * len(events)
    else:
        listed = [one for one in told[:MAX_MESSAGES] if isinstance(one, dict) and isinstance(one.get("data"), str)]
        times = _walls([one.get("time") for one in listed], started, number, notes)
        events = [
            (str(one.get("eventName") or "message"), one["data"], str(one.get("eventId") or "")) for one in listed
        ]
    opened = next((data for kind, data, _ in events if kind == "open"), "")
    messages = [
        Message("received", data, at, event_id)
        for (kind, data, event_id), at in zip(events, times, strict=True)
        if kind == "message"
    ]
    return messages, opened


def _socket_message(one: dict[str, Any], at: float) -> Message | None:
    data, opcode, sent = one.get("data"), one.get("opcode", TEXT), one.get("type") == "send"
    if not isinstance(data, str) or not isinstance(opcode, int) or not (sent or one.get("type") == "receive"):
        return None
    if opcode in {CONTINUATION, TEXT}:
        return Message("sent" if sent else "received", data, at)
    if opcode == CLOSE and not sent:
        code = one.get("code")
        return Message("closed", "", at, status=code if isinstance(code, int) else 1005)
    if opcode == BINARY and not sent:
        try:
            return Message("received", readable(base64.b64decode(data, validate=True)), at)
        except ValueError:
            return None
    return None


def _walls(told: list[Any], started: float, entry: int, notes: list[Note]) -> list[float]:
    """Seconds since 1970, which never go back. Clocks differ: seconds or milliseconds on the wall, or a steady clock
    with an origin of its own, which is put at the start of the connection."""
    times = [_seconds(one) for one in told]
    known = [one for one in times if one is not None]
    scale, offset = 1.0, 0.0
    if known and not all(_is_near(one, started) for one in known):
        if all(_is_near(one / 1000, started) for one in known):
            scale = 0.001
        else:
            offset = started - known[0]
            notes.append(Note("times_guessed", 0, f"entry {entry}: its times have an origin of their own"))
    walls: list[float] = []
    before, jumps = started, 0
    for one in times:
        at = before if one is None else one * scale + offset
        jumps += at < before - 1
        before = max(before, at)
        walls.append(before)
    if jumps:
        notes.append(Note("clock_jumped", 0, f"entry {entry}: its clock went back {jumps} times; its order is kept"))
    return walls


def _seconds(told: object) -> float | None:
    try:
        return float(told) if isinstance(told, int | float) and isfinite(told) else None
    except OverflowError:  # a whole number beyond any float
        return None


def _is_near(at: float, started: float) -> bool:
    return started - DAY_S <= at <= started + LONGEST_S


def _body_events(entry: dict[str, Any], number: int, notes: list[Note]) -> list[Any]:
    response = entry.get("response")
    content = response.get("content") if isinstance(response, dict) else None
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(text, str):
        notes.append(Note("left_out", 0, f"entry {number} is an event stream without its events"))
        return []
    try:
        body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode("utf-8", "replace")
        events = EventStreamParser(max_event_bytes=_MAX_EVENT_BYTES).feed(body)
    except (ValueError, EventTooLarge):
        notes.append(Note("left_out", 0, f"the events of entry {number} can't be read"))
        return []
    return list(events[:MAX_MESSAGES])
