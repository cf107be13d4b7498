"""A checklist as JSON. docs/reference/schema/checklist.json is made from here."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from checklists.cost.model import CostComparison
from checklists.evidence import Evidence, Fact
from checklists.idle.model import IdleProof
from checklists.model import Attestation, Baseline, Checklist, Entry, Item, Named, Status, Survey, Waiver, Words
from checklists.phases import Forecast, HistoryPoint, Phase
from checklists.referrers.graph import Picture
from checklists.referrers.model import Fate, Use
from migrator.inventory.record import Record
from templates.text import json_visible


class FactRecord(Fact):
    sha256: str = Field(description="digest of all but the time of observation")


class EvidenceRecord(Evidence):
    facts: tuple[FactRecord, ...] = ()


class ItemRecord(Item):
    """An item, what is known about it, and what people wrote."""

    evidence: EvidenceRecord | None = Field(description="null when the item has no probe")
    due: date
    status: Status
    reason: str
    blocked_by: tuple[str, ...]
    overdue_days: int
    owner: str
    owner_source: str
    waiver: Waiver | None
    without_waiver: Status | None
    attested: Attestation | None
    since: date | None
    reopened: int
    ticked: bool
    notes: str = Field(description="byte for byte as in the Markdown")


class ChecklistDocument(Record):
    """A checklist as `ws2sse checklist APP --format json` prints it."""

    schema_version: Literal[2]
    application: str
    as_of: date
    started: date
    baseline: Baseline
    sites: int
    phases: tuple[Phase, ...]
    git: str
    survey: Survey | None
    history: tuple[HistoryPoint, ...]
    forecast: Forecast | None
    cost: CostComparison | None
    idle: tuple[IdleProof, ...]
    fates: tuple[Fate, ...]
    uses: tuple[Use, ...]
    graph: Picture | None
    named: tuple[Named, ...]
    exit_status: Literal[0, 1, 3]
    totals: dict[Status, int]
    items: tuple[ItemRecord, ...]
    no_longer_in_the_catalogue: tuple[Words, ...]


def to_json(checklist: Checklist) -> str:
    """The checklist as JSON text, schema 2, keys in a fixed order, ending with a line break."""
    record = document(checklist).model_dump(mode="python")
    return json_visible(json.dumps(record, indent=2, ensure_ascii=False, default=_iso)) + "\n"


def _iso(value: object) -> str:
    assert isinstance(value, date | datetime)
    return value.isoformat()


def document(checklist: Checklist) -> ChecklistDocument:
    own = {name: getattr(checklist, name) for name in ChecklistDocument.model_fields if hasattr(checklist, name)}
    return ChecklistDocument.model_construct(
        **own,
        items=tuple(_item(entry) for entry in checklist.entries),
        no_longer_in_the_catalogue=checklist.carried,
    )


def _item(entry: Entry) -> ItemRecord:
    """Item and people's words side by side, without the marks that only the document needs."""
    own: dict[str, Any] = {name: getattr(entry, name) for name in Entry.model_fields if name in ItemRecord.model_fields}
    own |= {name: getattr(entry.item, name) for name in Item.model_fields}
    own["evidence"] = _evidence(entry.evidence) if entry.evidence else None
    return ItemRecord.model_construct(**own, ticked=entry.words.ticked, notes=entry.words.notes)


def _evidence(evidence: Evidence) -> EvidenceRecord:
    own = {name: getattr(evidence, name) for name in Evidence.model_fields}
    own["facts"] = tuple(
        FactRecord.model_construct(**{name: getattr(fact, name) for name in Fact.model_fields}, sha256=fact.digest)
        for fact in evidence.facts
    )
    return EvidenceRecord.model_construct(**own)
