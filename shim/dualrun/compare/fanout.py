"""Who was to receive each publish, and who did: set equality of recipients, with the time that each was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Cell = Literal["delivered", "missing", "leaked", "may"]
"""may: received or not, by a recipient that came or left while the publish was on its way; both are right."""

MAX_ROWS: Final = 500
"""Publishes kept of one session in which all is well, and as many in which somebody misses or has too much."""

Interval = tuple[float, float]
"""From when until when, on any clock, both included: seconds, or steps of a session."""


@dataclass(frozen=True, slots=True)
class Publish:
    """One message on its way to all of its recipients.

    name: which one, in words. began, ended: its first and last delivery on either path.
    wanted: who received it on the legacy path. received: who did on the new one.
    """

    name: str
    began: float
    ended: float
    wanted: frozenset[str]
    received: frozenset[str]


Row = tuple[Publish, dict[str, Cell]]


@dataclass(slots=True)
class DeliveryMatrix:
    """Publishes x recipients. counts: cells of all publishes, those too whose rows are not kept."""

    counts: Counter[Cell] = field(default_factory=Counter)
    publishes: int = 0
    _rows: dict[bool, list[tuple[int, Row]]] = field(default_factory=lambda: {True: [], False: []})

    @property
    def rows(self) -> list[Row]:
        """At most twice MAX_ROWS, in order."""
        return [row for _, row in sorted((*self._rows[True], *self._rows[False]), key=lambda numbered: numbered[0])]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Of the rows that are kept, in the order in which they first received or missed something."""
        return tuple(dict.fromkeys(client for _, cells in self.rows for client in cells))

    @property
    def precision(self) -> float | None:
        """Share of deliveries that were meant for their recipient; None when there was none."""
        return _share(self.counts["delivered"], self.counts["leaked"])

    @property
    def recall(self) -> float | None:
        """Share of deliveries due that were made; None when none was due."""
        return _share(self.counts["delivered"], self.counts["missing"])

    def add(self, publish: Publish, presence: Mapping[str, Sequence[Interval]]) -> None:
        """`presence`: of each client, when it was connected on the new path; one without an entry always was."""
        cells = cells_of(publish, presence)
        kept = self._rows[not {"leaked", "missing"}.isdisjoint(cells.values())]
        if len(kept) < MAX_ROWS:
            kept.append((self.publishes, (publish, cells)))
        self.publishes += 1
        self.counts.update(cells.values())


def cells_of(publish: Publish, presence: Mapping[str, Sequence[Interval]]) -> dict[str, Cell]:
    """A leak is one whenever it comes: who was not meant to receive it was not meant to while it came or left."""
    cells: dict[str, Cell] = {}
    for client in sorted(publish.wanted | publish.received):
        if client not in publish.wanted:
            cells[client] = "leaked"
        elif _came_or_left(presence.get(client), publish.began, publish.ended):
            cells[client] = "may"
        else:
            cells[client] = "delivered" if client in publish.received else "missing"
    return cells


def _came_or_left(intervals: Sequence[Interval] | None, began: float, ended: float) -> bool:
    """Whether a client was connected for a part of the time only."""
    if intervals is None:
        return False
    whole = any(since <= began and ended <= until for since, until in intervals)
    return not whole and any(since <= ended and began <= until for since, until in intervals)


def matrix_of(publishes: Iterable[Publish], presence: Mapping[str, Sequence[Interval]]) -> DeliveryMatrix:
    matrix = DeliveryMatrix()
    for publish in publishes:
        matrix.add(publish, presence)
    return matrix


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None
