"""The JSONPath that expressions use: names, indexes and wildcards.

`.name`, `['name']`, `["name"]`, `[0]`, `[-1]` (the last), `[*]` and `.*`. Deep scans, slices, unions and filters are
not read: no key of a route, a model or a template is chosen with one.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int | None, ...]
"""A name, an index, or None for all of them."""

MISSING: Final = object()
"""What `find` gives where a path leads nowhere."""

_STEP = re.compile(
    r"""\.(?P<name>[\w@](?:[\w@-]*[\w@])?)
      | (?P<all>\.\*|\[\*\])
      | \[(?P<index>-?[0-9]{1,9})\]
      | \['(?P<single>(?:[^'\\]|\\.)*)'\]
      | \["(?P<double>(?:[^"\\]|\\.)*)"\]""",
    re.VERBOSE | re.DOTALL,
)


def read_path(text: str, at: int = 0) -> tuple[Path, int]:
    """The steps that stand in `text` from `at` on, and where they end."""
    steps: list[str | int | None] = []
    while (match := _STEP.match(text, at)) is not None:
        kind, value = match.lastgroup, match.group(match.lastgroup or 0)
        if kind == "name":
            steps.append(value)
        elif kind == "all":
            steps.append(None)
        elif kind == "index":
            steps.append(int(value))
        else:
            steps.append(re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL))
        at = match.end()
    return tuple(steps), at


def find(value: object, path: Path) -> object:
    """The value at the path, or MISSING. With a wildcard: the list of all that were found."""
    for at, step in enumerate(path):
        if step is None:
            return _find_all(value, path[at:])
        value = _child(value, step)
        if value is MISSING:
            break
    return value


def _find_all(value: object, path: Path) -> list[object]:
    found = [value]
    for step in path:
        if step is None:
            found = [item for each in found for item in _children(each)]
        else:
            found = [item for each in found if (item := _child(each, step)) is not MISSING]
    return found


def _child(value: object, step: str | int) -> object:
    if isinstance(step, str):
        return value.get(step, MISSING) if isinstance(value, dict) else MISSING
    if isinstance(value, list) and -len(value) <= step < len(value):
        return value[step]
    return MISSING


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
