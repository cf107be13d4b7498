"""One client whose two paths are compared: what is pending on each, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Final, Literal

from shim.dualrun.record.canonical import Event

Side = Literal["legacy", "candidate"]
Row = tuple[Event | None, Event | None]
"""A message on both sides, or on one alone."""

MOST_PENDING: Final = 1_000
"""Messages of one client and side."""

MOST_CHARACTERS: Final = 8_000_000
"""Of one client and side."""


@dataclass(slots=True)
class Lane:
    """began: when its session did. ambient: numbers of legacy messages that the candidate may well not have.

    compared: messages that both sides had in this session. ended: when the client left; None while it is there.
    lost: why it can't be compared any more; None while it can.
    """

    client: str
    began: float
    pending: dict[Side, list[Event]] = field(default_factory=lambda: {"legacy": [], "candidate": []})
    numbers: dict[Side, int] = field(default_factory=lambda: {"legacy": 0, "candidate": 0})
    characters: dict[Side, int] = field(default_factory=lambda: {"legacy": 0, "candidate": 0})
    ambient: set[int] = field(default_factory=set)
    compared: int = 0
    differing: bool = False
    ended: float | None = None
    lost: str | None = None

    def add(self, side: Side, text: str, at: float, *, expected: bool) -> None:
        self.numbers[side] += 1
        self.characters[side] += len(text)
        self.pending[side].append(event_of(self.client, side, self.numbers[side], text, at))
        if side == "legacy" and not expected:
            self.ambient.add(self.numbers[side])
        if len(self.pending[side]) > MOST_PENDING or self.characters[side] > MOST_CHARACTERS:
            self.lose("more is pending than is kept")

    def lose(self, why: str) -> None:
        """From here on nothing can be said."""
        self.lost = self.lost or why
        for side, pending in self.pending.items():
            pending.clear()
            self.characters[side] = 0
        self.ambient.clear()

    def drop(self, certain: set[tuple[Side, int]]) -> None:
        """Forgets what was compared."""
        for side, pending in self.pending.items():
            pending[:] = [event for event in pending if (side, event.n) not in certain]
            self.characters[side] = sum(len(event.text) for event in pending)
        self.ambient &= {event.n for event in self.pending["legacy"]}


def certain_rows(rows: Sequence[Row], cut: float) -> list[Row]:
    """Those that later messages can't change: one of the two came before `cut`, or both stand before such a one on
    either side, so that what was overtaken is seen together with what overtook it."""
    sure = [any(event is not None and event.at <= cut for event in row) for row in rows]
    while True:
        left = max((a.n for a, _ in compress(rows, sure) if a is not None), default=-1)
        right = max((b.n for _, b in compress(rows, sure) if b is not None), default=-1)
        more = [
            known or (a is not None and b is not None and (a.n <= left or b.n <= right))
            for known, (a, b) in zip(sure, rows, strict=True)
        ]
        if more == sure:
            return list(compress(rows, sure))
        sure = more


def event_of(client: str, side: Side, number: int, text: str, at: float, *, step: int = 0, kind: str = "msg") -> Event:
    """In the form that comparisons are made of."""
    legacy = side == "legacy"
    status = 101 if legacy else 200
    return Event(
        run="legacy-1" if legacy else "candidate",
        path="websocket" if legacy else "stream",
        session="",
        step=step,
        client=client,
        n=number,
        kind="open" if kind == "open" else "msg",
        channel="socket" if legacy else "stream",
        status=status if kind == "open" else None,
        text=text,
        at=at,
        mono=at,
    )
