"""Differences that somebody has accepted, for a reason and until a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.message_type import type_of
from shim.dualrun.compare.payload import general


@dataclass(frozen=True, slots=True)
class Waiver:
    """id: what reports call it. expires: the first day on which it no longer applies.

    kind: the class of difference; never one of which a single difference decides. route, message, path, session,
    client: where it applies; None for everywhere. path: with any index for each index.
    """

    id: str
    reason: str
    approver: str
    expires: date
    kind: DifferenceClass
    route: str | None = None
    message: str | None = None
    path: str | None = None
    session: str | None = None
    client: str | None = None

    def covers(self, found: Difference) -> bool:
        return (
            found.kind == self.kind
            and not found.critical
            and self.route in {None, found.route}
            and self.session in {None, found.session}
            and self.client in {None, found.client}
            and (self.path is None or (found.path is not None and general(found.path) == self.path))
            and self.message in {None, type_of(found)}
        )


def waive(comparison: Comparison, waivers: Sequence[Waiver]) -> None:
    """Marks what a waiver covers as explained by it; all of it stays."""
    if not waivers:
        return
    for place, found in enumerate(comparison.differences):
        if found.explained is None:
            waiver = next((waiver for waiver in waivers if waiver.covers(found)), None)
            if waiver is not None:
                explained = f"waiver:{waiver.id}"
                comparison.differences[place] = replace(found, explained=explained)
                comparison.counts[found.kind, None] -= 1
                comparison.counts[found.kind, explained] += 1
