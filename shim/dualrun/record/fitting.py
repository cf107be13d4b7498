"""Whether a message is the one that somebody waits for."""

from __future__ import annotations

import json
from typing import Final

_ABSENT: Final = object()


def message_fits(wanted: str, text: str) -> bool:
    """`wanted`: JSON. An object fits one that has its members, which fit; a list fits one of as many items, which fit;
    other values fit equals. A text fits the message that is this text, JSON or not."""
    pattern = _value(wanted)
    if isinstance(pattern, str) and pattern == text:
        return True
    found = _value(text)
    return pattern is not _ABSENT and found is not _ABSENT and _fits(pattern, found)


def _fits(pattern: object, found: object) -> bool:
    if isinstance(pattern, dict):
        return isinstance(found, dict) and all(_fits(value, found.get(key, _ABSENT)) for key, value in pattern.items())
    if isinstance(pattern, list):
        same_length = isinstance(found, list) and len(found) == len(pattern)
        return same_length and all(_fits(*pair) for pair in zip(pattern, found, strict=True))  # type: ignore[call-overload]
    if isinstance(pattern, bool) or isinstance(found, bool):
        return pattern is found
    return pattern == found


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _ABSENT
