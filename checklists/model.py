"""The words of a checklist: what is to be done, what is known about it, and what follows from that."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Final, Literal, get_args

from pydantic import Field

from checklists.cost.model import CostComparison
from checklists.evidence import Evidence
from checklists.idle.model import IdleProof
from checklists.phases import Forecast, HistoryPoint, Phase, PhaseName
from checklists.referrers.graph import Picture
from checklists.referrers.model import Fate, Use
from migrator.inventory.record import Record

Audience = Literal["developer", "infrastructure", "operations"]
Kind = Literal["auto", "assisted", "manual"]
How = Literal["terraform", "cfn", "cdk", "sam", "serverless", "api", "edit", "person"]
"""What does it: the tool that owns the thing, a call of AWS's API, an edit of code or files, or a person."""
Status = Literal[
    "done",
    "waived",
    "regressed",
    "disputed",
    "ready",
    "in_progress",
    "blocked",
    "unknown",
    "not_started",
    "not_applicable",
]
"""regressed: it was done, and evidence refutes it now; disputed: a person ticked it against the evidence; ready:
evidence supports it, and waits for a person; unknown: what would tell failed or is too old."""
Mark = Literal["", "by=evidence", "was=done"]
OwnerSource = Literal["", "document", "settings", "codeowners"]

AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
SETTLED: Final[frozenset[Status]] = frozenset({"done", "waived", "not_applicable"})
"""What leaves nothing to do."""
LOUD: Final[frozenset[Status]] = frozenset({"regressed", "disputed"})
"""What ends the command with 1."""


class Item(Record):
    """Something that has to be done. The catalogue is a list of these."""

    id: str = Field(description="stable for ever: people's ticks and notes hang on it")
    title: str
    audience: Audience
    phase: PhaseName
    kind: Kind = Field(
        description="auto: evidence decides; assisted: a tick does, unless evidence refutes it; manual: a tick does"
    )
    action: str = Field(description="what to do")
    undo: str = Field(description="how to go back")
    depends_on: tuple[str, ...] = Field(default=(), description="ids that have to be done before this one is begun")
    gates: tuple[str, ...] = Field(default=(), description="ids that are checked again at the moment when it is done")
    how: How = "person"
    risk: int = Field(default=1, ge=1, le=5, description="1: nothing can break; 5: can't be undone")
    probe: str | None = Field(default=None, description="name in checklists.probes; None when nothing can be measured")
    subject: str | None = Field(default=None, description="what the probe looks at: a route key, an ARN")
    permissions: tuple[str, ...] = Field(default=(), description="IAM actions that its probe needs, sorted")
    valid_days: int | None = Field(default=None, ge=1, description="how long a tick counts; None: for ever")
    saves_usd_month: float | None = Field(default=None, description="dollars a month; None when nothing is known")


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


class Waiver(Record):
    """That an item need not be done for a time. It hides nothing, and the item returns when it has expired."""

    reason: str
    approved_by: str
    granted_at: date
    expires: date = Field(description="the last day on which it holds")
    ticket: str = ""
    days_left: int = Field(description="0 on its last day; negative when it has expired")


class Attestation(Record):
    """A person's word that an item is done: a tick, or an answer in the settings."""

    by: str = Field(description="who answered, or the owner of the ticked item; empty when nobody is named")
    on: date | None = Field(description="the day of the answer, or when the tick was first recorded; None: not known")
    words: str = Field(default="", description="of an answer")
    expires: date | None = Field(default=None, description="the last day on which it counts; None: it does not expire")


class Entry(Record):
    """An item with all that is known about it today."""

    item: Item
    evidence: Evidence | None = Field(description="None when the item has no probe")
    words: Words
    due: date
    status: Status
    reason: str = Field(description="why it has this status, in a few words")
    blocked_by: tuple[str, ...] = Field(default=(), description="ids that it waits for and that are not done")
    overdue_days: int = Field(default=0, description="days since it was due; 0 when it is done or not yet overdue")
    owner: str = Field(default="", description="the document's word first, then the settings', then CODEOWNERS")
    owner_source: OwnerSource = ""
    waiver: Waiver | None = Field(default=None, description="also one that has expired")
    without_waiver: Status | None = Field(default=None, description="of a waived item: the status that it would have")
    attested: Attestation | None = None
    since: date | None = Field(default=None, description="first recorded day with this status; None without a history")
    reopened: int = Field(default=0, description="how often it was done and then was not, as recorded")

    @property
    def done(self) -> bool:
        return self.status == "done"

    @property
    def applies(self) -> bool:
        return self.status != "not_applicable"

    @property
    def settled(self) -> bool:
        """Nothing is left to do: done, waived, or it does not apply."""
        return self.status in SETTLED


class Baseline(Record):
    """What the scan saw on the day when the checklist was first made: the ratchet, and the control for absence."""

    sites: int
    clients: int
    reconnects: int
    tests: int
    apis: int
    resources: int
    handlers: int = 0
    pushes: int = 0


class Named(Record):
    """A thing in AWS, as far as a page has to name it."""

    arn: str
    type: str = Field(description="CloudFormation's name of it")
    name: str
    account: str
    region: str


class Survey(Record):
    """What was asked of AWS, and what could not be learned. Absent when AWS was not asked."""

    finished_at: datetime
    accounts: tuple[str, ...] = Field(description="ids, with the alias in parentheses where there is one")
    regions: tuple[str, ...]
    things: int
    gaps: tuple[str, ...] = Field(default=(), description="one sentence each, worst first")


class Checklist(Record):
    schema_version: Literal[2] = 2
    application: str
    as_of: date
    started: date
    baseline: Baseline
    sites: int = Field(description="sites of the WebSocket path today")
    phases: tuple[Phase, ...]
    entries: tuple[Entry, ...]
    carried: tuple[Words, ...] = Field(description="words about items that the catalogue no longer has")
    git: str = Field(default="", description="commit of the application; empty outside of a repository")
    survey: Survey | None = None
    history: tuple[HistoryPoint, ...] = Field(default=(), description="recorded runs, oldest first")
    forecast: Forecast | None = Field(default=None, description="None without a history")
    cost: CostComparison | None = None
    idle: tuple[IdleProof, ...] = ()
    fates: tuple[Fate, ...] = ()
    uses: tuple[Use, ...] = Field(default=(), description="those whose user or used thing has a fate")
    graph: Picture | None = Field(default=None, description="of the uses; None without a survey")
    named: tuple[Named, ...] = Field(default=(), description="things that fates and uses speak of")

    @property
    def totals(self) -> dict[Status, int]:
        counted = Counter(entry.status for entry in self.entries)
        return {status: counted[status] for status in STATUSES}

    @property
    def applying(self) -> int:
        """How many items there are, without those that do not apply."""
        return sum(entry.applies for entry in self.entries)

    @property
    def settled(self) -> int:
        """How many of those that apply are done or waived."""
        return sum(entry.settled and entry.applies for entry in self.entries)

    @property
    def overdue(self) -> tuple[Entry, ...]:
        """Longest overdue first."""
        return tuple(sorted((e for e in self.entries if e.overdue_days), key=lambda e: -e.overdue_days))

    @property
    def disputed(self) -> tuple[Entry, ...]:
        """What is called done against the evidence: what regressed first."""
        return tuple(e for status in ("regressed", "disputed") for e in self.entries if e.status == status)

    @property
    def waived(self) -> tuple[Entry, ...]:
        """Entries with a waiver, also an expired one; fewest days left first."""
        held = [(entry.waiver.days_left, entry) for entry in self.entries if entry.waiver]
        return tuple(entry for _, entry in sorted(held, key=lambda one: one[0]))

    @property
    def exit_status(self) -> Literal[0, 1, 3]:
        """0 nothing is left to do; 1 something is overdue, regressed, or called done against the evidence; 3 items
        remain.
        """
        if self.overdue or self.disputed:
            return 1
        return 0 if all(entry.settled for entry in self.entries) else 3
