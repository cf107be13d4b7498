"""One event as an object of JSON; what has its usual value is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
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
_KNOWN: Final = frozenset((*_KEYS, *_USUAL))
_CHOICES: Final = {"kind": get_args(Kind), "channel": get_args(Channel), "direction": get_args(Direction)}
SENT_ONLY: Final = frozenset({"connect", "resume", "trigger", "spoof"})


def record_of(event: Event) -> dict[str, Any]:
    """Run and path are in the header."""
    record: dict[str, Any] = {key: getattr(event, key) for key in _NEEDED}
    for key, usual in _USUAL.items():
        value = getattr(event, key)
        if value != usual:
            record[key] = value
    return record


def event_of(record: Mapping[str, Any], header: Header) -> Event | str:
    """The event, or what is wrong with it."""
    if not record.keys() <= _KNOWN:
        return f"an event has an unknown key {min(record.keys() - _KNOWN)!r}"
    for key in _NEEDED:
        if key not in record:
            return f"an event has no {key}"
    values = {**_USUAL, **record}
    problem = _problem(values)
    if problem:
        return problem
    values["at"], values["mono"] = float(values["at"]), float(values["mono"])
    return Event(run=header.run, path=header.path, **values)


def _problem(values: Mapping[str, Any]) -> str:
    for key, (fits, words) in _FITS.items():
        if not fits(values[key]):
            return f"an event's {key} is not {words}"
    for key, choices in _CHOICES.items():
        if values[key] not in choices:
            return f"an event's {key} is {values[key]!r}, not one of {', '.join(choices)}"
    if values["kind"] in SENT_ONLY and values["direction"] != "sent":
        return f"an event of kind {values['kind']} was received, which only a client does"
    return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_status(value: object) -> bool:
    return value is None or type(value) is int


def _is_flag(value: object) -> bool:
    return type(value) is bool


def _is_seconds(value: object) -> bool:
    try:
        return type(value) in {int, float} and isfinite(value)  # type: ignore[arg-type]
    except OverflowError:  # a whole number beyond any float
        return False


_FITS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    **dict.fromkeys(("session", "client", "kind", "channel", "direction", "text", "id"), (_is_text, "text")),
    **dict.fromkeys(("step", "n"), (_is_count, "a whole number from 0")),
    **dict.fromkeys(("at", "mono"), (_is_seconds, "a number of seconds")),
    "status": (_is_status, "a number or null"),
    "resumed": (_is_flag, "true or false"),
}
