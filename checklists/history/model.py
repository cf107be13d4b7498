"""One recorded run: a line of the history."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from checklists.live import Seen
from checklists.model import SETTLED, Baseline, Checklist, Status
from migrator.inventory.record import Record


class RunItem(Record):
    status: Status
    without_waiver: Status | None = None
    ticked: bool = Field(default=False, description="by a person")
    evidence: str = Field(default="", description="digest; empty for an item without a probe")


class Run(Record):
    schema_version: Literal[1] = 1
    id: str = Field(description="its time and six digits of its content: 20261130T050000Z-1a2b3c")
    at: AwareDatetime
    git: str = Field(default="", description="commit of the application; empty outside of a repository")
    accounts: tuple[str, ...] = Field(default=(), description="of the survey; empty when AWS was not asked")
    regions: tuple[str, ...] = ()
    started: date
    baseline: Baseline
    sites: int
    usd_month: float | None = Field(default=None, description="what the WebSocket path cost a month, where measured")
    items: dict[str, RunItem]
    things: tuple[Seen, ...] = Field(default=(), description="live things that had to go, to be edited or decided on")

    @property
    def settled(self) -> int:
        """Items that were done or waived."""
        return sum(item.status in SETTLED and item.status != "not_applicable" for item in self.items.values())

    @property
    def applicable(self) -> int:
        return sum(item.status != "not_applicable" for item in self.items.values())


def run_of(checklist: Checklist, things: tuple[Seen, ...], at: datetime) -> Run:
    """What is recorded of a checklist. The same facts give the same, but for `id` and `at`.

    `at`: with a time zone.
    """
    at = at.astimezone(UTC).replace(microsecond=0)
    items = {
        entry.item.id: RunItem(
            status=entry.status,
            without_waiver=entry.without_waiver,
            ticked=entry.words.ticked_by_person,
            evidence=entry.evidence.digest if entry.evidence else "",
        )
        for entry in checklist.entries
    }
    survey = checklist.survey
    cost = checklist.cost.before if checklist.cost else None
    run = Run(
        id="",
        at=at,
        git=checklist.git,
        accounts=survey.accounts if survey else (),
        regions=survey.regions if survey else (),
        started=checklist.started,
        baseline=checklist.baseline,
        sites=checklist.sites,
        usd_month=round(cost.usd, 2) if cost else None,
        items=dict(sorted(items.items())),
        things=tuple(sorted(things, key=lambda thing: thing.arn)),
    )
    content = line_of(run.model_copy(update={"at": datetime.fromtimestamp(0, UTC)}))
    digest = hashlib.sha256(content.encode()).hexdigest()
    return run.model_copy(update={"id": f"{at:%Y%m%dT%H%M%S}Z-{digest[:6]}"})


def line_of(run: Run) -> str:
    """The line, without its end; keys in a fixed order."""
    record = run.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"schema_version": 1, **record}, ensure_ascii=True, separators=(",", ":"))
