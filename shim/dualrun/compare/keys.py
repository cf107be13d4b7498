"""The keys by which messages of one client are matched, and paths whose value tells messages apart.

Keys are computed once for each event and kept as numbers, so that a million events fit into memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from shim.dualrun.compare.message_type import type_of_value
from shim.dualrun.compare.moments import is_moment
from shim.dualrun.compare.payload import Payload, parse, value_of
from shim.dualrun.record.canonical import Event, Kind

LEAST_KEY_PAIRS: Final = 5
"""Messages of one type that a path has to tell apart before it is taken for their key."""

MAX_KEY_PAIRS: Final = 1_000
"""Messages of one type that are looked at for a key."""

MAX_KEY_DEPTH: Final = 3

MAX_KEYS: Final = 3
"""Paths of one type that are tried, one after the other: what is wrong with a message may be its key."""

LEAST_SHARED: Final = 2
"""Messages that a path has to tell apart where both sides have the same values of it."""

KeyPath = tuple[str, ...]
"""Keys of objects, from the outermost."""


class Side:
    """The messages of one client on one path, with their keys. `open`: indexes of those without a partner yet."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        payloads = [parse(event.text) for event in events]
        self.exact = array("q", [hash((event.kind, p.exact)) for event, p in zip(events, payloads, strict=True)])
        self.shape = array("q", [shape_key(event.kind, p) for event, p in zip(events, payloads, strict=True)])
        self.open = list(range(len(events)))

    def take(self, taken: set[int]) -> None:
        if taken:
            self.open = [index for index in self.open if index not in taken]


def shape_key(kind: Kind, payload: Payload) -> int:
    """Equal for what says the same, moments and ids aside."""
    return hash((kind, payload.shape))


class KeyPaths:
    """By message type, paths at which the two legacy runs have the same value, in each message another."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._paths: dict[str, set[KeyPath]] = {}

    def learn(self, pairs: Iterable[tuple[Event, Event]]) -> None:
        """`pairs`: of one client in one session."""
        values: dict[str, dict[KeyPath, set[object]]] = {}
        for left, right in pairs:
            a, b = value_of(left.text), value_of(right.text)
            message = type_of_value(a)
            if not isinstance(a, dict) or self._seen.get(message, 0) >= MAX_KEY_PAIRS:
                continue
            mine, theirs = dict(_scalars(a)), dict(_scalars(b))
            known = values.setdefault(message, {path: set() for path in self._paths.get(message, mine)})
            for path in list(known):
                value = mine.get(path)
                if value is None or theirs.get(path) != value or value in known[path]:
                    del known[path]
                else:
                    known[path].add(value)
            self._seen[message] = self._seen.get(message, 0) + 1
        self._paths.update({message: set(known) for message, known in values.items()})

    def paths(self) -> dict[str, tuple[KeyPath, ...]]:
        """At most MAX_KEYS of each type that has enough messages, the outermost first."""
        return {
            message: tuple(sorted(paths, key=lambda path: (len(path), path))[:MAX_KEYS])
            for message, paths in self._paths.items()
            if paths and self._seen[message] >= LEAST_KEY_PAIRS
        }


def shared_keys(left: Side, right: Side, allowed: frozenset[int]) -> dict[str, tuple[KeyPath, ...]]:
    """Of what has no partner yet, by message type: a path that has the same values on both sides, each once.

    `allowed`: indexes on the right that may be taken.
    """
    found: dict[str, tuple[KeyPath, ...]] = {}
    other = _by_type(right, [index for index in right.open if index in allowed])
    for message, ours in _by_type(left, left.open).items():
        theirs = other.get(message, [])
        if len(ours) != len(theirs) or not LEAST_SHARED <= len(ours) <= MAX_KEY_PAIRS:
            continue
        paths = [
            path for path in ours[0] if (values := _values(ours, path)) is not None and values == _values(theirs, path)
        ]
        if paths:
            found[message] = tuple(sorted(paths, key=lambda path: (len(path), path))[:1])
    return found


def key_value(value: object, paths: Mapping[str, tuple[KeyPath, ...]], rank: int) -> tuple[str, object] | None:
    """The message type and what stands at the path of that rank (0-based); None when it has none."""
    message = type_of_value(value)
    known = paths.get(message, ())
    if rank >= len(known):
        return None
    for key in known[rank]:
        value = value.get(key) if isinstance(value, dict) else None
    return (message, value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _by_type(side: Side, indexes: Iterable[int]) -> dict[str, list[dict[KeyPath, str | int]]]:
    found: dict[str, list[dict[KeyPath, str | int]]] = {}
    for index in indexes:
        value = value_of(side.events[index].text)
        if isinstance(value, dict):
            found.setdefault(type_of_value(value), []).append(dict(_scalars(value)))
    return found


def _values(messages: Sequence[Mapping[KeyPath, str | int]], path: KeyPath) -> set[str | int] | None:
    """None when a message has none, or two have the same."""
    values = {message[path] for message in messages if path in message}
    return values if len(values) == len(messages) else None


def _scalars(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str | int]]:
    """Texts and whole numbers under keys; no moments, which tell when and not which."""
    if not isinstance(value, dict) or len(path) >= MAX_KEY_DEPTH:
        return
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _scalars(item, (*path, key))
        elif (isinstance(item, str) and item) or (
            isinstance(item, int) and not isinstance(item, bool) and not is_moment(item)
        ):
            yield (*path, key), item
