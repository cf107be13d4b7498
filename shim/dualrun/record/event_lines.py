"""One event as an object of JSON; what has its usual value is left out."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from sys import intern
from types import NoneType
from typing import Any, Final, get_args

from shim.dualrun.record.canonical import Channel, Direction, Event, Kind
from shim.dualrun.record.header import Header

_KEYS: Final = ("session", "step", "client", "n", "kind", "channel", "status", "text", "at")
_USUAL: Final[Mapping[str, Any]] = {
    "status": None,
    "text": "",
    "direction": "received",
    "id": "",
    "mono": 0.0,
    "resumed": False,
}
_NEEDED: Final = tuple(key for key in _KEYS if key not in _USUAL)
_NEEDED_KEYS: Final = frozenset(_NEEDED)
_KNOWN: Final = frozenset((*_KEYS, *_USUAL))
_CHOICES: Final = {"kind": get_args(Kind), "channel": get_args(Channel), "direction": get_args(Direction)}
_CHOSEN: Final[Mapping[str, Any]] = {choice: choice for choices in _CHOICES.values() for choice in choices}
"""Each of them once, however many events have it."""

SENT_ONLY: Final = frozenset({"connect", "resume", "trigger", "spoof"})


def record_of(event: Event) -> dict[str, Any]:
    """Run and path are in the header."""
    record: dict[str, Any] = {key: getattr(event, key) for key in _NEEDED}
    for key, usual in _USUAL.items():
        value = getattr(event, key)
        if value != usual:
            record[key] = value
    return record


def event_of(record: Mapping[str, Any], header: Header, texts: dict[str, str]) -> Event | str:
    """The event, or what is wrong with it. `texts`: those of other events, so that equal ones are there once."""
    if not record.keys() <= _KNOWN:
        return f"an event has an unknown key {min(record.keys() - _KNOWN)!r}"
    if not record.keys() >= _NEEDED_KEYS:
        return f"an event has no {next(key for key in _NEEDED if key not in record)}"
    problem = _problem(record)
    if problem:
        return problem
    text = record.get("text", "")
    return Event(
        header.run,
        header.path,
        intern(record["session"]),
        record["step"],
        intern(record["client"]),
        record["n"],
        _CHOSEN[record["kind"]],
        _CHOSEN[record["channel"]],
        record.get("status"),
        texts.setdefault(text, text),
        float(record["at"]),
        _CHOSEN[record.get("direction", "received")],
        record.get("id", ""),
        float(record.get("mono", 0.0)),
        record.get("resumed", False),
    )


def _problem(record: Mapping[str, Any]) -> str:
    """What is not there has its usual value."""
    for key, value in record.items():
        if type(value) not in _TYPES[key]:
            return f"an event's {key} is not {_WORDS[key]}"
    for key in ("step", "n"):
        if record[key] < 0:
            return f"an event's {key} is not {_WORDS[key]}"
    for key in ("at", "mono"):
        if key in record and not _is_finite(record[key]):
            return f"an event's {key} is not {_WORDS[key]}"
    for key, choices in _CHOICES.items():
        if key in record and record[key] not in choices:
            return f"an event's {key} is {record[key]!r}, not one of {', '.join(choices)}"
    if record["kind"] in SENT_ONLY and record.get("direction") != "sent":
        return f"an event of kind {record['kind']} was received, which only a client does"
    return ""


def _is_finite(seconds: float) -> bool:
    try:
        return isfinite(seconds)
    except OverflowError:  # a whole number beyond any float
        return False


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(("session", "client", "kind", "channel", "direction", "text", "id"), (str,)),
    **dict.fromkeys(("step", "n"), (int,)),
    **dict.fromkeys(("at", "mono"), (float, int)),
    "status": (NoneType, int),
    "resumed": (bool,),
}
_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("session", "client", "kind", "channel", "direction", "text", "id"), "text"),
    **dict.fromkeys(("step", "n"), "a whole number from 0"),
    **dict.fromkeys(("at", "mono"), "a number of seconds"),
    "status": "a number or null",
    "resumed": "true or false",
}
