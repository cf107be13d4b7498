"""Finds, for each event of one client on the left, the event on the right that is the same.

By explicit id, then by exact content, by the key of its type, by content without moments and ids, each within the
same step before others; only what is left over is compared by similarity. Costs n log n.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from shim.dualrun.compare.keys import KeyPath, Side, key_value
from shim.dualrun.compare.payload import parse, value_of
from shim.dualrun.record.canonical import Event

Keys = Callable[[Side], Sequence[Hashable]]
"""Of the events of a side that are open, in their order; None for an event that has none."""


@dataclass(slots=True)
class Alignment:
    """Of one client. pairs: indexes of the left and the right side."""

    left: Side
    right: Side
    pairs: list[tuple[int, int]] = field(default_factory=list)

    @property
    def matched(self) -> list[tuple[Event, Event]]:
        """In the order of the left side."""
        return [(self.left.events[a], self.right.events[b]) for a, b in sorted(self.pairs)]

    @property
    def missing(self) -> list[Event]:
        return [self.left.events[index] for index in self.left.open]

    @property
    def surplus(self) -> list[Event]:
        return [self.right.events[index] for index in self.right.open]

    def add(self, found: Sequence[tuple[int, int]]) -> None:
        self.pairs += found
        self.left.take({a for a, _ in found})
        self.right.take({b for _, b in found})

    def match(self, keys: Keys) -> None:
        """First come, first served among events of one key."""
        if not (self.left.open and self.right.open):
            return
        ours, theirs = keys(self.left), keys(self.right)
        if not (set(ours) - {None}).intersection(theirs):
            return
        # Chains instead of lists: a million different keys would need a million lists.
        following = array("q", [-1]) * len(self.right.events)
        first: dict[Hashable, int] = {}
        for index, of in zip(reversed(self.right.open), reversed(theirs), strict=True):
            if of is not None:
                following[index] = first.get(of, -1)
                first[of] = index
        found: list[tuple[int, int]] = []
        for index, of in zip(self.left.open, ours, strict=True):
            option = -1 if of is None else first.get(of, -1)
            if option < 0:
                continue
            # A message can be late, but not come long before what caused it. One step is allowed, because the legacy
            # path may have been the late one.
            earliest = self.left.events[index].step - 1
            while option >= 0 and self.right.events[option].step < earliest:
                option = following[option]
            if option >= 0:
                found.append((index, option))
                option = following[option]
            first[of] = option
        self.add(found)


def align_clients(
    sides: Mapping[str, tuple[Sequence[Event], Sequence[Event]]], key_paths: Mapping[str, tuple[KeyPath, ...]]
) -> dict[str, Alignment]:
    """By client. What two clients received alike is matched alike, so that ids tell which of several it was."""
    # Two streams number their events alike, whatever these are.
    have_ids = any(event.path == "websocket" and event.id for left, _ in sides.values() for event in left)
    aligned = {client: Alignment(Side(left), Side(right)) for client, (left, right) in sides.items()}
    for one in aligned.values():
        if have_ids:
            one.match(_application_ids)
        one.match(_exact_in_step)
        one.match(_exact)
        for rank in range(max(map(len, key_paths.values()), default=0)):
            one.match(partial(_by_key_path, key_paths, rank))
        one.match(_unambiguous(one))
    if any(one.left.open and one.right.open for one in aligned.values()):
        known = {one.left.exact[a]: one.right.exact[b] for one in aligned.values() for a, b in one.pairs}
        for one in aligned.values():
            one.match(partial(_as_others, known, one.left))
            one.match(_shape_in_step)
            one.match(_shape)
    return aligned


def is_error(event: Event) -> bool:
    return event.kind == "error" or parse(event.text).is_error_frame


def _application_ids(side: Side) -> Sequence[Hashable]:
    """A number that a stream has given does not tell which message it is, unless the legacy path has it too."""
    return [side.events[index].id or None for index in side.open]


def _exact(side: Side) -> Sequence[Hashable]:
    return [side.exact[index] for index in side.open]


def _exact_in_step(side: Side) -> Sequence[Hashable]:
    return [(side.events[index].step, side.exact[index]) for index in side.open]


def _by_key_path(paths: Mapping[str, tuple[KeyPath, ...]], rank: int, side: Side) -> Sequence[Hashable]:
    return [key_value(value_of(side.events[index].text), paths, rank) for index in side.open]


def _shape(side: Side) -> Sequence[Hashable]:
    return [side.shape[index] for index in side.open]


def _shape_in_step(side: Side) -> Sequence[Hashable]:
    return [(side.events[index].step, side.shape[index]) for index in side.open]


def _unambiguous(one: Alignment) -> Keys:
    """The shape within a step, of shapes that both sides have equally often: nothing of the kind is missing."""
    counts = Counter(_shape_in_step(one.left)), Counter(_shape_in_step(one.right))
    sure = {shape for shape, count in counts[0].items() if counts[1].get(shape) == count}
    return lambda side: [shape if shape in sure else None for shape in _shape_in_step(side)]


def _as_others(known: Mapping[int, int], left: Side, side: Side) -> Sequence[Hashable]:
    """What another client's partner of the same message says."""
    return [known.get(side.exact[index]) for index in side.open] if side is left else _exact(side)
