"""Reads an upstream's event stream: bytes in, events out, no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream. Lines are cut as bytes, where CR
and LF are never part of another character, and decoded one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_DIGITS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventTooLarge(Exception):
    """Raised when an event grows beyond the limit."""

    def __init__(self, found_bytes: int, limit_bytes: int) -> None:
        self.found_bytes, self.limit_bytes = found_bytes, limit_bytes
        super().__init__(found_bytes, limit_bytes)

    def __str__(self) -> str:
        return f"an event of the upstream has {self.found_bytes} bytes or more; at most {self.limit_bytes} are taken"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """`type`: 'message' when the stream names none. `id`: its own; None when it names none, and has that of the event
    before."""

    type: str
    data: str
    id: str | None


class EventStreamParser:
    """One response of an event stream; the next one, after a reconnect, takes a new parser.

    `last_event_id`: to be sent as `Last-Event-ID`; '' when there is none. `retry_ms`: what the stream last said, None
    when it did not. Both begin with what the response before left. `max_event_bytes` bounds lines not yet dispatched.
    """

    def __init__(self, *, max_event_bytes: int, last_event_id: str = "", retry_ms: int | None = None) -> None:
        self.last_event_id = last_event_id
        self.retry_ms = retry_ms
        self._max = max_event_bytes
        self._id: str | None = None
        self._next_id = last_event_id
        self._type = ""
        self._data: list[str] = []
        self._event_bytes = 0
        self._line: list[bytes] = []
        self._line_bytes = 0
        self._begin: bytes | None = b""
        self._skip_lf = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that the chunk completes. Raises EventTooLarge."""
        if not chunk:
            return []
        if self._begin is not None:
            chunk = self._begin + chunk
            if len(chunk) < 3 and _BYTE_ORDER_MARK.startswith(chunk):
                self._begin = chunk
                return []
            self._begin = None
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK)
        if self._skip_lf:
            # The CR has ended its line: an event must not wait for the byte after it.
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        events: list[ServerSentEvent] = []
        start = 0
        for end in _LINE_END.finditer(chunk):
            self._hold(chunk[start : end.start()])
            self._take_line(b"".join(self._line), events)
            self._line.clear()
            self._line_bytes = 0
            start = end.end()
        self._hold(chunk[start:])
        self._skip_lf = chunk.endswith(b"\r")
        return events

    def _hold(self, part: bytes) -> None:
        if part:
            self._line.append(part)
            self._line_bytes += len(part)
        if self._event_bytes + self._line_bytes > self._max:
            raise EventTooLarge(self._event_bytes + self._line_bytes, self._max)

    def _take_line(self, line: bytes, events: list[ServerSentEvent]) -> None:
        if not line:
            self._dispatch(events)
            return
        if line.startswith(b":"):
            return
        name, _, rest = line.partition(b":")
        value = rest.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            self._data.append(value)
            self._event_bytes += len(line)
        elif name == b"event":
            self._type = value
        elif name == b"id":
            if "\0" not in value:
                self._id = self._next_id = value
        elif name == b"retry" and _DIGITS.fullmatch(value):
            self.retry_ms = int(value)

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self.last_event_id = self._next_id
        if self._data:
            events.append(ServerSentEvent(self._type or "message", "\n".join(self._data), self._id))
        self._id, self._type, self._data, self._event_bytes = None, "", [], 0
