"""One event of one client, in the same form for both paths: what comparisons are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

Path = Literal["websocket", "stream"]
Kind = Literal["open", "refused", "msg", "close", "error", "gap", "connect", "resume", "trigger", "spoof"]
Channel = Literal["socket", "stream", "post"]
Direction = Literal["received", "sent"]

BINARY: Final = "binary:"
"""Begins what stands for bytes, as hexadecimal digits."""

_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True, slots=True)
class Event:
    """What a client received or what became of its connection; or, in direction 'sent', what it did itself.

    run: 'legacy-1', 'legacy-2' or 'candidate'.
    step: 0-based index of the step that was current when it arrived; of what was sent, the step itself.
    n: 0-based number of the event among those of this client, session and direction.
    kind: 'error' is what no client of the other path could receive, such as a POST answered 413. 'gap': the server
      tells that it has lost events between two streams; the text says which. 'connect', 'resume', 'trigger' and
      'spoof' are sent only; the text of a connect is its handshake, see `handshake_text`, that of a trigger is
      `trigger_text`, that of a spoof `spoof_text`.
    channel: where it came from; 'post' for the body of an HTTP answer.
    status: HTTP status of an open, refusal or error; close code of a close; else None.
    at: when it was received or sent, in seconds since 1970.
    direction: 'sent' is never part of `Recording.events`.
    id: the SSE id, or the application's own message id where it is known; '' for none.
    mono: the same moment on a clock that never jumps, in seconds since some origin of the run; 0 where it is not known.
    resumed: whether it arrived on a stream that was taken up again with Last-Event-ID.
    """

    run: str
    path: Path
    session: str
    step: int
    client: str
    n: int
    kind: Kind
    channel: Channel
    status: int | None
    text: str
    at: float
    direction: Direction = "received"
    id: str = ""
    mono: float = 0.0
    resumed: bool = False

    @property
    def key(self) -> tuple[str, str, int]:
        """Unique within a run and direction."""
        return (self.session, self.client, self.n)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong in the harness, so that a session can't be judged by this run."""

    run: str
    session: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.run}, session {self.session!r}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Recording:
    """All events of one run, in the order in which they were received.

    sent: what the clients did, in the order in which they did it: connects, messages, resumes and closes.
    skipped: (session, step) of steps that could not be taken because their client was not connected.
    settled: whether the server itself told, after each step, that it had nothing left to do.
    triggered: (session, step) of steps because of which a stream, a queue or a topic ran a function.
    """

    run: str
    path: Path
    events: tuple[Event, ...] = ()
    skipped: frozenset[tuple[str, int]] = frozenset()
    problems: tuple[Problem, ...] = ()
    sent: tuple[Event, ...] = ()
    settled: bool = False
    triggered: frozenset[tuple[str, int]] = frozenset()


def by_session(events: Iterable[Event]) -> dict[str, list[Event]]:
    """In one pass, whatever the number of sessions; each in the order of the events."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.session, []).append(event)
    return found


def handshake_text(headers: Iterable[tuple[str, str]], query: Iterable[tuple[str, str]]) -> str:
    """The text of a sent connect: JSON with 'headers' and 'query', lists of [name, value] in the order sent."""
    return json.dumps({"headers": [list(pair) for pair in headers], "query": [list(pair) for pair in query]})


def handshake_of(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Headers and query of `handshake_text`; what is not understood is left out."""
    told = object_in(text)
    return _pairs(told.get("headers")), _pairs(told.get("query"))


def object_in(text: str) -> dict[str, Any]:
    """Of a text that is an object of JSON; {} for any other."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    listed = value if isinstance(value, list) else []
    return tuple((pair[0], pair[1]) for pair in listed if _is_pair(pair))


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def readable(data: bytes) -> str:
    """Text of a binary message: the text itself when it is UTF-8, else 'binary:' and hexadecimal digits."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"{BINARY}{data.hex()}"


def bytes_of(text: str) -> bytes | None:
    """The bytes that a text stands for, 'binary:' and hexadecimal digits; None for one that stands for itself."""
    digits = text.removeprefix(BINARY)
    return bytes.fromhex(digits) if digits != text and _HEXADECIMAL.fullmatch(digits) else None
