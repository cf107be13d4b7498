"""The words of a checklist: what is to be done, what is known about it, and what follows from that."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Literal

from pydantic import Field

from migrator.inventory.record import Location, Record

Audience = Literal["developer", "infrastructure", "operations"]
PhaseNumber = Literal[1, 2, 3]
Kind = Literal["auto", "assisted", "manual"]
Verdict = Literal["supports", "refutes", "no_data", "stale"]
Status = Literal["done", "disputed", "ready", "in_progress", "blocked", "not_started"]
Mark = Literal["", "by=evidence", "was=done"]

AUDIENCES: tuple[Audience, ...] = ("developer", "infrastructure", "operations")
STATUSES: tuple[Status, ...] = ("done", "disputed", "ready", "in_progress", "blocked", "not_started")


class Item(Record):
    """Something that has to be done. The catalogue is a list of these."""

    id: str = Field(description="stable for ever: people's ticks and notes hang on it")
    title: str
    audience: Audience
    phase: PhaseNumber
    kind: Kind = Field(
        description="auto: evidence decides; assisted: a tick does, unless evidence refutes it; manual: a tick does"
    )
    action: str = Field(description="what to do")
    undo: str = Field(description="how to go back")
    depends_on: tuple[str, ...] = ()
    probe: str | None = Field(default=None, description="name in checklists.probes; None when nothing can be measured")
    subject: str | None = Field(default=None, description="what the probe looks at, such as a route key")


class Pointer(Record):
    """A place that the evidence speaks of."""

    location: Location
    note: str = ""


class Progress(Record):
    done: int
    total: int


class Evidence(Record):
    """What a probe says of an item. `no_data` is never a yes."""

    verdict: Verdict
    summary: str = Field(description="plain text, one sentence or two")
    locations: tuple[Pointer, ...] = ()
    progress: Progress | None = Field(default=None, description="None when there is nothing to count")


class Words(Record):
    """What a document holds of one item that is not ours to change."""

    id: str
    title: str = Field(default="", description="as it stands in the document, as Markdown")
    ticked: bool = False
    mark: Mark = Field(
        default="",
        description="by=evidence: ticked by us, not by a person; was=done: it was, and evidence has left it since",
    )
    owner: str = ""
    notes: str = Field(default="", description="byte for byte; empty, or ends with a line break")

    @property
    def ticked_by_person(self) -> bool:
        return self.ticked and self.mark != "by=evidence"

    @property
    def was_done(self) -> bool:
        return self.mark == "was=done" or (self.ticked and self.mark == "by=evidence")

    @property
    def worth_keeping(self) -> bool:
        return bool(self.ticked or self.mark == "was=done" or self.owner or self.notes)


class Entry(Record):
    """An item with all that is known about it today."""

    item: Item
    evidence: Evidence | None = Field(description="None when the item has no probe")
    words: Words
    due: date
    status: Status
    reason: str = Field(description="why it has this status, in a few words")
    blocked_by: tuple[str, ...] = Field(default=(), description="ids that it depends on and that are not done")
    overdue_days: int = Field(default=0, description="days since it was due; 0 when it is done or not yet overdue")

    @property
    def done(self) -> bool:
        return self.status == "done"


class Phase(Record):
    number: PhaseNumber
    title: str
    due: date
    done: int
    total: int
    overdue: int


class Baseline(Record):
    """What the scan saw on the day when the checklist was first made: the ratchet, and the control for absence."""

    sites: int
    clients: int
    reconnects: int
    tests: int
    apis: int
    resources: int


class Checklist(Record):
    schema_version: Literal[1] = 1
    application: str
    as_of: date
    started: date
    baseline: Baseline
    sites: int = Field(description="sites of the WebSocket path today")
    phases: tuple[Phase, ...]
    entries: tuple[Entry, ...]
    carried: tuple[Words, ...] = Field(description="words about items that the catalogue no longer has")

    @property
    def totals(self) -> dict[Status, int]:
        counted = Counter(entry.status for entry in self.entries)
        return {status: counted[status] for status in STATUSES}

    @property
    def overdue(self) -> tuple[Entry, ...]:
        """Longest overdue first."""
        return tuple(sorted((e for e in self.entries if e.overdue_days), key=lambda e: -e.overdue_days))

    @property
    def disputed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.status == "disputed")

    @property
    def exit_status(self) -> Literal[0, 1, 3]:
        """0 all done; 1 something is overdue, or was called done against the evidence; 3 items remain."""
        if self.overdue or self.disputed:
            return 1
        return 0 if all(entry.done for entry in self.entries) else 3
