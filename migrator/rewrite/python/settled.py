"""What a rule did about a place, so that the sites of the inventory can be settled by their position."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from migrator.inventory.outcome import Safety, SiteKind, Status
from migrator.inventory.record import Location
from migrator.rewrite.python.facts import Facts


@dataclass(frozen=True)
class Settled:
    """One place in a file. Lines from 1, columns from 0; the end is exclusive."""

    kind: SiteKind
    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    status: Status
    rule: str
    safety: Safety | None
    reason: str

    def covers(self, location: Location) -> bool:
        at = (location.line, location.column - 1)
        return location.path == self.path and self.start <= at < self.end


def settle(
    facts: Facts, node: cst.CSTNode, kind: SiteKind, status: Status, rule: str, safety: Safety | None, reason: str = ""
) -> Settled:
    """The record for what became of `node`."""
    found = facts.range(node)
    return Settled(
        kind,
        facts.path,
        (found.start.line, found.start.column),
        (found.end.line, found.end.column),
        status,
        rule,
        safety,
        reason,
    )
