"""What one client received on each path, side by side, so that what changed places can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.record.canonical import Event

MAX_EVENTS: Final = 24
"""Events shown on each path."""

_ORDER: Final[frozenset[DifferenceClass]] = frozenset({"reordered", "cross_channel_order"})
"""Classes that say that something came at another place."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """pairs: indices into `legacy` and `candidate` of events that belong together; moved: those of them that stand at
    another place. left_out: events of the client that are not shown, on both paths together.
    """

    session: str
    client: str
    legacy: tuple[Event, ...]
    candidate: tuple[Event, ...]
    pairs: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int], ...]
    left_out: int


def timeline(differences: Sequence[Difference], comparisons: Mapping[str, Comparison]) -> Timeline | None:
    """Of the client whose messages are the first to change places, else of the client of the first difference.

    None when nothing differs.
    """
    chosen = next((found for found in differences if found.kind in _ORDER), differences[0] if differences else None)
    if chosen is None:
        return None
    comparison = comparisons[chosen.session]
    rows = comparison.rows.get(chosen.client, [])
    legacy = [a for a, _ in rows if a is not None]
    candidate = sorted((b for _, b in rows if b is not None), key=lambda event: event.n)
    places = {b.n: index for index, b in enumerate(candidate)}
    at = {a.n: index for index, a in enumerate(legacy)}
    pairs = [(at[a.n], places[b.n]) for a, b in rows if a is not None and b is not None]
    moved = {
        found.legacy.n
        for found in comparison.unexplained
        if found.client == chosen.client and found.kind in _ORDER and found.legacy is not None
    }
    window = _windows(chosen, at, places, len(legacy), len(candidate))
    shown = [(i - window[0].start, j - window[1].start, i) for i, j in pairs if i in window[0] and j in window[1]]
    return Timeline(
        chosen.session,
        chosen.client,
        tuple(legacy[window[0].start : window[0].stop]),
        tuple(candidate[window[1].start : window[1].stop]),
        tuple((i, j) for i, j, _ in shown),
        tuple((i, j) for i, j, whole in shown if legacy[whole].n in moved),
        len(legacy) - len(window[0]) + len(candidate) - len(window[1]),
    )


def _windows(
    found: Difference, at: Mapping[int, int], places: Mapping[int, int], legacy: int, candidate: int
) -> tuple[range, range]:
    """Around the two places where the difference is; the same numbers on both paths where both places fit."""
    i = at.get(found.legacy.n) if found.legacy else None
    j = places.get(found.candidate.n) if found.candidate else None
    i, j = i if i is not None else j or 0, j if j is not None else i or 0
    if abs(i - j) < MAX_EVENTS // 2:
        i = j = (i + j) // 2
    return _window(i, legacy), _window(j, candidate)


def _window(centre: int, length: int) -> range:
    start = max(0, min(centre - MAX_EVENTS // 2, length - MAX_EVENTS))
    return range(start, min(length, start + MAX_EVENTS))
