"""The part of JSONPath that templates and selection expressions use.

`$`, `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*`, `[0:2]` and, at the end, `.length()`. A path without `$` begins at
the root. Not filters and not `..`, whose results may be far larger than the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

ABSENT: Final = object()
"""What a path gives that leads nowhere."""

PATH_CHARACTERS: Final = 1_024
"""Longest path."""

_STEP: Final = re.compile(
    r"""\.(?P<length>length\(\))$
      | \.(?P<name>[^\s.\[\]()'"*?@,:]+)
      | \.(?P<any>\*)
      | \[\s*(?:(?P<every>\*) | '(?P<single>[^']*)' | "(?P<double>[^"]*)" | (?P<index>-?[0-9]{1,9})
        | (?P<first>-?[0-9]{0,9}):(?P<last>-?[0-9]{0,9}))\s*\]
    """,
    re.VERBOSE,
)


class PathInvalid(Exception):
    """Raised for a path of another form."""

    def __init__(self, path: str, at: int) -> None:
        self.path, self.at = path, at
        super().__init__(path, at)

    def __str__(self) -> str:
        return f"{self.path[:80]!r} is no JSONPath that is supported, from {self.path[self.at : self.at + 20]!r} on"


@dataclass(frozen=True, slots=True)
class Path:
    """`steps`: names, indexes, slices; None stands for every element. `many`: the result is a list of matches."""

    steps: Sequence[str | int | slice | None]
    many: bool
    length: bool


def look_up(value: object, path: str) -> object:
    """What is there; `ABSENT` when nothing is. A path with wildcards or slices gives a list. Raises PathInvalid."""
    parsed = parse_path(path)
    found = [value]
    for step in parsed.steps:
        found = [match for value in found for match in _matches(value, step)]
    if parsed.many:
        return len(found) if parsed.length else found
    if not found:
        return ABSENT
    if parsed.length:
        return len(found[0]) if isinstance(found[0], list | dict) else ABSENT
    return found[0]


@lru_cache(1_024)
def parse_path(path: str) -> Path:
    """Raises PathInvalid."""
    if len(path) > PATH_CHARACTERS:
        raise PathInvalid(path, 0)
    rooted = path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}"
    text = rooted[1:]
    steps: list[str | int | slice | None] = []
    at, many, length = 0, False, False
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise PathInvalid(path, at + len(path) - len(text))
        at = found.end()
        if found["length"]:
            length = True
        elif found["any"] or found["every"]:
            steps.append(None)
        elif found["first"] is not None:
            steps.append(slice(*(int(end) if end.strip("-") else None for end in found.group("first", "last"))))
        elif found["index"]:
            steps.append(int(found["index"]))
        else:
            steps.append(next(name for name in found.group("name", "single", "double") if name is not None))
        many = many or steps[-1:] == [None] or isinstance(steps[-1] if steps else 0, slice)
    return Path(tuple(steps), many, length)


def _matches(value: object, step: str | int | slice | None) -> list[object]:
    if isinstance(value, dict):
        if step is None:
            return list(value.values())
        return [value[step]] if isinstance(step, str) and step in value else []
    if isinstance(value, list):
        if step is None:
            return value
        if isinstance(step, slice):
            return value[step]
        if isinstance(step, int) and -len(value) <= step < len(value):
            return [value[step]]
    return []
