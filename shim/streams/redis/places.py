"""Where a client is, as the id of the last event that it has says it.

Ids are `<epoch>.<life>.<broadcast>-<seq>`, and `<epoch>-<seq>` before the first event. A client that came from other
lives of the partition has `.<epoch>.<life>.<broadcast>.<seq>` for each of them too, the latest first, before the `-`:
it may meet its server again, which went on for others, or one that took over with the same data. The epoch is left out
where it is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from shim.streams.redis.steps import text

MOST_ELSEWHERE: Final = 7
"""Places that an id names beside the one in which it was given."""

_WORD: Final = re.compile(r"[0-9A-Za-z]{1,32}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


class Place(NamedTuple):
    """`life` is '' and `broadcast` -1 before the first event."""

    epoch: str
    life: str
    own: int
    broadcast: int


Cursor = tuple[Place, ...]
"""The place that an id was given in, then others; empty for a client that has nothing of ours."""

NOWHERE: Final[Cursor] = ()

Shared = tuple[int, int]
"""Numbers of a message and of a broadcast up to which two lives have the same."""

Between = tuple[str, int, int]
"""A life, and those of it."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a stream is in another life than the one in which it goes on. `shared`: of both."""

    place: Place
    shared: Shared

    @property
    def is_implied(self) -> bool:
        """Whether it has nothing there that the life in which it goes on does not have too."""
        return self.place.own <= self.shared[0] and self.place.broadcast <= self.shared[1]

    def at(self, own: int, broadcast: int) -> Place:
        """When the stream is at these numbers in its own life."""
        epoch, life, there, broadcast_there = self.place
        own, broadcast = min(own, self.shared[0]), min(broadcast, self.shared[1])
        return Place(epoch, life, max(there, own), max(broadcast_there, broadcast))


def cursor(last_event_id: str | None) -> Cursor:
    """`NOWHERE` for an id that is not ours."""
    place, _dash, seq = (last_event_id or "").rpartition("-")
    epoch, *more = place.split(".")
    if not _WORD.fullmatch(epoch) or not _NUMBER.fullmatch(seq):
        return NOWHERE
    if not more:
        return (Place(epoch, "", int(seq), -1),)
    (life, broadcast), others = [*more, ""][:2], more[2:]
    found = [(epoch, life, broadcast, seq)]
    found += zip(*[iter(others)] * 4, strict=False)
    if len(others) % 4 or len(found) > 1 + MOST_ELSEWHERE or not all(_is_place(*one) for one in found):
        return NOWHERE
    return tuple(Place(one[0] or epoch, one[1], int(one[3]), int(one[2])) for one in found)


def words(places: Cursor) -> str:
    """As scripts read them."""
    return " ".join(f"{epoch} {life or '-'} {own} {broadcast}" for epoch, life, own, broadcast in places)


def mark(life: str, own: int, broadcast: int, epoch: str, others: Iterable[Elsewhere]) -> str:
    """What stands behind the epoch in the id of an event."""
    found = f".{life}.{broadcast}"
    for one in others:
        at = one.at(own, broadcast)
        found += f".{'' if at.epoch == epoch else at.epoch}.{at.life}.{at.broadcast}.{at.own}"
    return found


def elsewhere(
    places: Cursor, epoch: str, life: str, shared: Iterable[Shared], between: Iterable[Between] = ()
) -> list[Elsewhere]:
    """Of a client that goes on in this epoch and life: the places that its ids are to name beside. `shared`: what each
    of those that it has and this life have in common. `between`: lives that were before this one and in which it was
    not: what it gets of them from here on it would get again from a server that went on from them otherwise. When
    there are too many, those are left out first from which it has nothing more than it has here, and the oldest."""
    found = [Elsewhere(Place(epoch, one, 0, 0), (own, broadcast)) for one, own, broadcast in between]
    found += [
        Elsewhere(place, both)
        for place, both in zip(places, shared, strict=True)
        if place.life and (place.epoch, place.life) != (epoch, life)
    ]
    while len(found) > MOST_ELSEWHERE:
        found.remove(([one for one in found if one.is_implied] or found)[-1])
    return found


def lives_between(answer: Iterable[tuple[bytes, int, int]]) -> list[Between]:
    """As scripts give them."""
    return [(text(life), own, broadcast) for life, own, broadcast in answer]


def _is_place(epoch: str, life: str, broadcast: str, own: str) -> bool:
    return (
        (not epoch or _WORD.fullmatch(epoch) is not None)
        and _WORD.fullmatch(life) is not None
        and _NUMBER.fullmatch(broadcast) is not None
        and _NUMBER.fullmatch(own) is not None
    )
