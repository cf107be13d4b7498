"""Whether a phase is through, for CI that waits for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from checklists.model import LOUD, Checklist, Entry
from checklists.phases import PhaseName
from migrator.inventory.record import Record


class Gate(Record):
    """Only the items of the phase count; those that do not apply are left out, and a waiver that holds opens it."""

    phase: PhaseName
    passed: tuple[str, ...] = Field(description="ids of items that are done or waived")
    against: tuple[str, ...] = Field(description="ids that regressed, are disputed, overdue, or that evidence refutes")
    open: tuple[str, ...] = Field(description="ids of which nothing is known, or that remain to be done")

    @property
    def exit_status(self) -> Literal[0, 1, 3]:
        """0 all are done; 1 something speaks against it; 3 something is not known, out of date, or remains."""
        if self.against:
            return 1
        return 3 if self.open else 0


def gate(checklist: Checklist, phase: PhaseName) -> Gate:
    own = [entry for entry in checklist.entries if entry.item.phase == phase and entry.applies]
    left = [entry for entry in own if not entry.settled]
    against = [entry.item.id for entry in left if _speaks_against(entry)]
    return Gate(
        phase=phase,
        passed=tuple(entry.item.id for entry in own if entry.settled),
        against=tuple(against),
        open=tuple(entry.item.id for entry in left if entry.item.id not in against),
    )


def _speaks_against(entry: Entry) -> bool:
    refuted = entry.evidence is not None and entry.evidence.verdict == "refutes"
    return bool(refuted or entry.overdue_days or entry.status in LOUD)
