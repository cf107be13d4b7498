"""Which messages came to a client in another order, judged only on pairs that an application can depend on.

Two messages x, y that a client received in this order on the legacy path depend on each other when
- both were caused by the same client: first in, first out for each sender, its own echoes and replies included; what
  nobody caused, such as a timer, is nobody's;
- the client that caused y had received x before: an answer comes after what it answers, whoever reads both;
- another client received both, and on the new path these two clients see them in different orders: whoever reads a
  topic sees the same.
Between the answer to a POST and the stream there is no order within a step, and between steps there is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Final

from shim.dualrun.compare.align import Alignment
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.increasing import outside_longest_increasing
from shim.dualrun.compare.outlived import postponed
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import NOBODY, Session

MAX_PARTNERS: Final = 50
"""Messages on each side of a moved one that it is compared with; those of its own sender are looked up further."""

MAX_MOVED: Final = 2_000
"""Moved messages of a client whose order is judged in pairs; what is beyond counts as depended on."""

Pair = tuple[Event, Event]


class Publishes:
    """By content and step: who received it, and at which place on each path. Made when the first message moved."""

    def __init__(self, aligned: Mapping[str, Alignment]) -> None:
        self._aligned = aligned
        self._places: dict[tuple[int, int], dict[str, tuple[int, int]]] | None = None
        self._keys: dict[tuple[str, int], int] = {}

    def of(self, event: Event) -> dict[str, tuple[int, int]]:
        """By client: its number on the legacy path, and on the new one."""
        if self._places is None:
            self._places = {}
            for client, one in self._aligned.items():
                for a, b in sorted(one.pairs):
                    left = one.left.events[a]
                    key = (one.left.exact[a], left.step)
                    self._keys[client, left.n] = one.left.exact[a]
                    self._places.setdefault(key, {}).setdefault(client, (left.n, one.right.events[b].n))
        return self._places.get((self._keys[event.client, event.n], event.step), {})


def compare_order(session: Session, aligned: Mapping[str, Alignment], into: Comparison) -> None:
    publishes = Publishes(aligned)
    for one in aligned.values():
        pairs = [(a, b) for a, b in one.matched if not postponed(into.outlived, a, b)]
        on_stream = [(a, b) for a, b in pairs if b.channel != "post" or a.channel == "post"]
        _compare_streams(session, on_stream, publishes, into)
        if len(on_stream) < len(pairs):
            _compare_channels(session, pairs, on_stream, into)


def _compare_streams(session: Session, pairs: Sequence[Pair], publishes: Publishes, into: Comparison) -> None:
    numbers = [b.n for _, b in pairs]
    moved = sorted(outside_longest_increasing(numbers))
    if not moved:
        return
    kept = _by_sender(session, pairs, set(moved))
    for count, index in enumerate(moved):
        a, b = pairs[index]
        other = _overtaken(session, pairs, index, publishes, kept) if count < MAX_MOVED else a
        detail = f"{a.client} received the message at another place among its messages."
        make = partial(_difference, session, "reordered", a, b, detail)
        into.add_classified("reordered", "independent_order" if other is None else None, make)


def _by_sender(session: Session, pairs: Sequence[Pair], moved: set[int]) -> dict[str, tuple[list[int], list[int]]]:
    """Of messages that stayed: their places on both sides, both increasing, by the client that caused them."""
    kept: dict[str, tuple[list[int], list[int]]] = {}
    for index, (a, b) in enumerate(pairs):
        if index not in moved:
            places = kept.setdefault(session.steps[a.step].client, ([], []))
            places[0].append(index)
            places[1].append(b.n)
    return kept


def _overtaken(
    session: Session,
    pairs: Sequence[Pair],
    index: int,
    publishes: Publishes,
    kept: Mapping[str, tuple[list[int], list[int]]],
) -> Event | None:
    """A message on the other side of which this one has come, though one of them depends on the other."""
    a, b = pairs[index]
    sender = session.steps[a.step].client
    indexes, numbers = kept.get(sender, ([], [])) if sender != NOBODY else ([], [])
    before, after = bisect_left(indexes, index), bisect_left(numbers, b.n)
    if before != after:
        return pairs[indexes[min(before, after)]][0]
    for place in chain(range(index - 1, index - 1 - MAX_PARTNERS, -1), range(index + 1, index + 1 + MAX_PARTNERS)):
        if 0 <= place < len(pairs):
            x, y = (pairs[place], pairs[index]) if place < index else (pairs[index], pairs[place])
            if x[1].n > y[1].n and _depend(session, x, y, publishes):
                return pairs[place][0]
    return None


def _depend(session: Session, first: Pair, second: Pair, publishes: Publishes) -> bool:
    """Whether a client can tell that `second` came before `first` on the new path, and not on the legacy one."""
    x, y = first[0], second[0]
    sender = session.steps[y.step].client
    if session.steps[x.step].client == sender != NOBODY:
        return True
    seen, others = publishes.of(x), publishes.of(y)
    if sender in seen and x.step < y.step:
        return True
    return any(
        seen[client][0] < others[client][0] and seen[client][1] < others[client][1]
        for client in seen.keys() & others.keys()
        if client != x.client
    )


def _compare_channels(session: Session, pairs: Sequence[Pair], on_stream: Sequence[Pair], into: Comparison) -> None:
    """Replies that moved into the answer to a POST, against what comes on the stream."""
    stayed = outside_longest_increasing([b.n for _, b in on_stream])
    stream = [pair for index, pair in enumerate(on_stream) if index not in stayed]
    left, right = [a.n for a, _ in stream], [b.n for _, b in stream]
    for a, b in pairs:
        if not (b.channel == "post" and a.channel != "post"):
            continue
        before, after = bisect_left(left, a.n), bisect_left(right, b.n)
        if before == after:
            continue
        overtaken = [stream[place][0] for place in (min(before, after), max(before, after) - 1)]
        detail = f"{a.client} received a reply in the answer to its POST, on the other side of a message on the stream."
        make = partial(_difference, session, "cross_channel_order", a, b, detail)
        of_its_step = all(event.step == a.step for event in overtaken)
        into.add_classified("cross_channel_order", "answer_order" if of_its_step else None, make)


def _difference(
    session: Session, kind: DifferenceClass, a: Event, b: Event, detail: str, explained: str | None = None
) -> Difference:
    route = session.route_of(a.step)
    return Difference(
        kind, session.name, a.step, a.client, route, detail, a, b, expected=a.text, found=b.text, explained=explained
    )
