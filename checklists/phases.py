"""The eight phases of a migration, each within one of its three stages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, get_args

from pydantic import Field

from migrator.inventory.record import Record

PhaseName = Literal["discover", "build", "verify", "cutover", "drain", "brownout", "teardown", "confirm"]
StageNumber = Literal[1, 2, 3]

PHASES: Final[tuple[PhaseName, ...]] = get_args(PhaseName)
"""In the order in which they are gone through."""

STAGES: Final[dict[StageNumber, str]] = {
    1: "Stop building on WebSocket",
    2: "Move what exists to SSE",
    3: "Remove WebSocket",
}
"""Stop new use now, move within three months, remove within six: what the dates of the phases are taken from."""

DeadlineState = Literal["done", "on_track", "at_risk", "overdue"]
"""at_risk: more items a week are needed than were done; on_track also while no pace has been observed."""


class Phase(Record):
    name: PhaseName
    number: int = Field(description="1 for the first")
    stage: StageNumber
    title: str
    due: date
    done: int = Field(description="items that are done or waived")
    total: int = Field(description="items that apply")
    overdue: int
    deadline: DeadlineState = "on_track"
    needed_per_week: float | None = Field(default=None, description="to meet `due`; None when it is done or over")
    observed_per_week: float | None = Field(
        default=None, description="over the last four weeks of the whole list; None with fewer than two recorded days"
    )


class HistoryPoint(Record):
    """One recorded run: a point of the burndown."""

    run: str = Field(description="its id")
    at: datetime
    done: int = Field(description="items that were done or waived")
    total: int = Field(description="items that applied")
    sites: int = Field(description="sites of the WebSocket path")
    git: str = Field(default="", description="commit of the application; empty outside of a repository")


class Forecast(Record):
    """When the last item will be done, if it goes on as it went."""

    finish: date | None = Field(description="None: at this pace, never; or there is no pace yet")
    per_week: float | None = Field(description="items; None with fewer than two recorded days")
    words: str = Field(description="one sentence")
