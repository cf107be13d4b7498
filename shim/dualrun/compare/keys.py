"""The keys by which messages of one client are matched, and paths whose value tells messages apart.

Keys are computed once for each event and kept as numbers, so that a million events fit into memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from shim.dualrun.compare.message_type import type_of_value
from shim.dualrun.compare.moments import is_moment
from shim.dualrun.compare.payload import Payload, child, parse
from shim.dualrun.record.canonical import Event

LEAST_KEY_PAIRS: Final = 5
"""Messages of one type that a path has to tell apart before it is taken for their key."""

MAX_KEY_PAIRS: Final = 1_000
"""Messages of one type that are looked at for a key."""

MAX_KEY_DEPTH: Final = 3


class Side:
    """The messages of one client on one path, with their keys. `open`: indexes of those without a partner yet."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.exact = array("q")
        self.shape = array("q")
        for event in events:
            payload = parse(event.text)
            self.exact.append(hash((event.kind, payload.exact)))
            self.shape.append(hash((event.kind, payload.shape)))
        self.open = list(range(len(events)))

    def take(self, taken: set[int]) -> None:
        if taken:
            self.open = [index for index in self.open if index not in taken]


class KeyPaths:
    """By message type, a path at which the two legacy runs have the same value, in each message another."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._values: dict[str, dict[str, set[object]]] = {}

    def learn(self, pairs: Iterable[tuple[Event, Event]]) -> None:
        """`pairs`: of one client in one session."""
        values: dict[str, dict[str, set[object]]] = {}
        for left, right in pairs:
            a, b = parse(left.text).value, parse(right.text).value
            message = type_of_value(a)
            if not isinstance(a, dict) or self._seen.get(message, 0) >= MAX_KEY_PAIRS:
                continue
            mine, theirs = dict(_scalars(a)), dict(_scalars(b))
            known = values.setdefault(message, {path: set() for path in self._values.get(message, mine)})
            for path in list(known):
                value = mine.get(path)
                if value is None or theirs.get(path) != value or value in known[path]:
                    del known[path]
                else:
                    known[path].add(value)
            self._seen[message] = self._seen.get(message, 0) + 1
        self._values.update(values)

    def paths(self) -> dict[str, str]:
        """The first such path of each type that has enough messages."""
        return {
            message: min(paths, key=lambda path: (path.count("."), path))
            for message, paths in self._values.items()
            if paths and self._seen[message] >= LEAST_KEY_PAIRS
        }


def key_value(payload: Payload, paths: dict[str, str]) -> tuple[str, object] | None:
    """The message type and the value of its key; None when it has none."""
    if not isinstance(payload.value, dict):
        return None
    message = type_of_value(payload.value)
    path = paths.get(message)
    value = dict(_scalars(payload.value)).get(path) if path else None
    return None if value is None else (message, value)


def _scalars(value: object, path: str = "$", depth: int = MAX_KEY_DEPTH) -> Iterable[tuple[str, str | int]]:
    """Texts and whole numbers under keys; no moments, which tell when and not which."""
    if not isinstance(value, dict) or not depth:
        return
    for key, item in value.items():
        where = child(path, key)
        if isinstance(item, dict):
            yield from _scalars(item, where, depth - 1)
        elif (isinstance(item, str) and item) or (
            isinstance(item, int) and not isinstance(item, bool) and not is_moment(item)
        ):
            yield where, item
