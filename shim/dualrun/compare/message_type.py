"""What kind of message a text is, by the key that applications put it under."""

from __future__ import annotations

from typing import Final

from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.payload import value_of
from shim.dualrun.record.canonical import Event

KEYS: Final = ("type", "action", "event", "kind", "op", "name")
"""Keys whose text says what a message is, the most usual first."""

MAX_TYPE: Final = 60
"""Longer texts under such a key are content, not a type."""

NO_TYPE: Final = "(no type)"
CONNECTION: Final = "(connection)"


def type_of_value(value: object) -> str:
    """The text under the first of KEYS; '(no type)' for anything else."""
    if isinstance(value, dict):
        for key in KEYS:
            found = value.get(key)
            if isinstance(found, str) and 0 < len(found) <= MAX_TYPE:
                return found
    return NO_TYPE


def message_type(text: str) -> str:
    return type_of_value(value_of(text))


def type_of_event(event: Event | None) -> str:
    """'(connection)' for what is no message."""
    return message_type(event.text) if event is not None and event.kind in {"msg", "error"} else CONNECTION


def type_of(found: Difference) -> str:
    """The type on the legacy path, else on the new one."""
    return type_of_event(found.legacy or found.candidate)
