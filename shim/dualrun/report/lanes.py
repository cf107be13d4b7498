"""The moments of a session around a difference, in causal order, on both paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import NOBODY, Connect, Session, describe

AROUND: Final = 5
"""Moments shown before and after the difference."""

Row = tuple[Event | None, Event | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """A step that a client takes (`act`, in words), or what a client received on either path.

    step: 0-based. on_legacy, on_candidate: whether it happened there; a step can't be taken by a client that a path
    has refused or closed.
    """

    step: int
    client: str
    act: str | None = None
    legacy: Event | None = None
    candidate: Event | None = None
    on_legacy: bool = True
    on_candidate: bool = True
    here: bool = False


def lanes(session: Session, comparison: Comparison, difference: Difference) -> tuple[Moment, ...]:
    """A step comes before what follows from it; then the order of the legacy path counts, and after what a client has
    received on both paths comes what it received on the new one only.
    """
    moments = _moments(session, comparison, difference)
    at = next((index for index, moment in enumerate(moments) if moment.here), 0)
    return tuple(moments[max(0, at - AROUND) : at + AROUND + 1])


def is_at(row: Row, difference: Difference) -> bool:
    """Whether a row of the difference's client is where it was found."""
    if difference.legacy is not None:
        return row[0] is not None and row[0].n == difference.legacy.n
    return difference.candidate is not None and row[1] is not None and row[1].n == difference.candidate.n


def _moments(session: Session, comparison: Comparison, difference: Difference) -> list[Moment]:
    ordered = sorted(
        (
            (*place, client, row)
            for client, rows in comparison.rows.items()
            for place, row in zip(_places(rows), rows, strict=True)
        ),
        key=lambda entry: entry[:3],
    )
    at_event = any(is_at(row, difference) for row in comparison.rows.get(difference.client, ()))
    waiting = iter(ordered)
    following = next(waiting, None)
    connected = _Connected()
    moments = []
    for index, step in enumerate(session.steps):
        here = not at_event and index == difference.step
        taken = (True, True) if isinstance(step, Connect) or step.client == NOBODY else connected.of(step.client)
        moments.append(Moment(index, step.client, describe(step), None, None, *taken, here))
        while following is not None and following[0] <= index:
            *_, client, row = following
            connected.see(client, row)
            a, b = row
            here = client == difference.client and is_at(row, difference)
            moments.append(Moment(following[0], client, None, a, b, a is not None, b is not None, here))
            following = next(waiting, None)
    return moments


def _places(rows: list[Row]) -> list[tuple[int, float, int]]:
    """Step, time and number by which rows of one client sort among those of others, and never change places."""
    places: list[tuple[int, float, int]] = []
    step, at = 0, 0.0
    for number, (a, b) in enumerate(rows):
        if a is not None:
            step, at = max(step, a.step), max(at, a.at)
        elif b is not None:
            step, at = (b.step, 0.0) if b.step > step else (step, at)
        places.append((step, at, number))
    return places


class _Connected:
    """Which clients have a connection on each path."""

    def __init__(self) -> None:
        self._open: tuple[set[str], set[str]] = (set(), set())

    def see(self, client: str, row: Row) -> None:
        for event, connected in zip(row, self._open, strict=True):
            if event is not None and event.kind == "open":
                connected.add(client)
            elif event is not None and event.kind in {"refused", "close"}:
                connected.discard(client)

    def of(self, client: str) -> tuple[bool, bool]:
        return client in self._open[0], client in self._open[1]
