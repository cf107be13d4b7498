"""Keys of a message and of what lies inside of it, as paths: ('items', '[]', 'id') is `items[].id`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, TypeAlias

from migrator.scan.python.describe import path_of
from migrator.scan.python.values import CONVERTED, DUMPED, JSON, Event, Value, Values

Path: TypeAlias = tuple[str, ...]

ELEMENT: Final = "[]"
"""The step to any element."""

TEXT: Final = "{}"
"""The step into a text that is JSON."""

_OPENING: Final = frozenset({JSON, CONVERTED, DUMPED})
_NAME: Final = re.compile(r"[^.\[\]<>]+")


def key_paths(values: Values, *, converted: bool = False) -> list[Path]:
    """The ways from the message to the values that come from it; () is the message itself.

    `converted`: also those of which the values are another form, such as str() of them.
    """
    found = (_key_path(value, converted=converted) for value in values)
    return sorted({path for path in found if path is not None})


def _key_path(value: Value, *, converted: bool) -> Path | None:
    steps = path_of(value)
    if not isinstance(value.origin, Event) or steps[:1] != ("body",):
        return None
    steps = steps[1:]
    while steps and steps[0] in _OPENING:
        steps = steps[1:]
    while converted and steps and steps[-1] in {CONVERTED, DUMPED}:
        steps = steps[:-1]
    path = tuple(ELEMENT if step == "*" or step.isdigit() else step for step in steps)
    if path[:1] == (ELEMENT,) or not all(step == ELEMENT or _NAME.fullmatch(step) for step in path[1:]):
        return None
    return path if path[:1] == () or not path[0].startswith("<") else None


def event_paths(values: Values, *, converted: bool = False) -> list[Path]:
    """The same from the whole event that a handler is called with; TEXT is the step into a text that is JSON."""
    found = (_event_path(value, converted=converted) for value in values)
    return sorted({path for path in found if path is not None})


def _event_path(value: Value, *, converted: bool) -> Path | None:
    if not isinstance(value.origin, Event):
        return None
    steps = path_of(value)
    while converted and steps and steps[-1] in {CONVERTED, DUMPED}:
        steps = steps[:-1]
    path = tuple(TEXT if step == JSON else ELEMENT if step == "*" or step.isdigit() else step for step in steps)
    twice = any(step == following == TEXT for step, following in pairwise(path))
    if twice or path[:1] == (TEXT,) or not all(step in {ELEMENT, TEXT} or _NAME.fullmatch(step) for step in path):
        return None
    return path


def can_follow(path: Path, name: str) -> bool:
    """Whether a key can be named after a path. At the top, any key can."""
    if name == "*" or name.isdigit():
        return False
    return not path or all(step in {ELEMENT, TEXT} or _NAME.fullmatch(step) for step in (*path, name))


def name_of(path: Path) -> str:
    return ".".join(path).replace(f".{ELEMENT}", ELEMENT).replace(f".{TEXT}", TEXT)
