"""Where a client is, as the id of the last event that it has says it.

Ids are `<epoch>.<life>.<broadcast>-<seq>`, and `<epoch>-<seq>` before the first event. A client that came from another
life of the partition has `<epoch>.<life>.<broadcast>.<life>.<broadcast>.<seq>-<seq>`, where it is in that one too: it
may meet its server again, which went on for others, or one that took over with the same data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Cursor(NamedTuple):
    """`broadcast`: -1 before the first event. `other_*`: the same in another life, '' when there is none. No epoch at
    all: the client has nothing of ours."""

    epoch: str = ""
    own: int = 0
    broadcast: int = 0
    life: str = ""
    other_life: str = ""
    other_own: int = 0
    other_broadcast: int = 0


NOWHERE = Cursor()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a stream is in another life than the one in which it goes on. `left_own`, `left_broadcast`: up to these
    numbers both have the same messages."""

    life: str
    own: int
    broadcast: int
    left_own: int
    left_broadcast: int

    def at(self, own: int, broadcast: int) -> tuple[int, int]:
        """Message and broadcast, when the stream is at these numbers in its own life."""
        return max(self.own, min(own, self.left_own)), max(self.broadcast, min(broadcast, self.left_broadcast))

    def mark(self, own: int, broadcast: int) -> str:
        """For an id."""
        own, broadcast = self.at(own, broadcast)
        return f".{self.life}.{broadcast}.{own}"


def cursor(last_event_id: str | None) -> Cursor:
    """`NOWHERE` for an id that is not ours."""
    place, _dash, seq = (last_event_id or "").rpartition("-")
    epoch, *more = place.split(".")
    match more:
        case [] if _are_numbers(seq):
            return Cursor(epoch, int(seq), -1)
        case [life, broadcast] if _are_numbers(seq, broadcast):
            return Cursor(epoch, int(seq), int(broadcast), life)
        case [life, broadcast, other, *there] if len(there) == 2 and _are_numbers(seq, broadcast, *there):
            return Cursor(epoch, int(seq), int(broadcast), life, other, int(there[1]), int(there[0]))
    return NOWHERE


def elsewhere(said: Cursor, epoch: str, life: str, left_own: int, left_broadcast: int) -> Elsewhere | None:
    """Of a client that resumes in this life of its connection."""
    if said.epoch != epoch or not said.life:
        return None
    if said.life != life:
        return Elsewhere(said.life, said.own, said.broadcast, left_own, left_broadcast)
    if said.other_life:
        return Elsewhere(said.other_life, said.other_own, said.other_broadcast, left_own, left_broadcast)
    return None


def _are_numbers(*words: str) -> bool:
    return all(word.isascii() and word.isdigit() and len(word) <= 15 for word in words)
