"""The words of the idle proof."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from migrator.inventory.record import Record

IdleVerdict = Literal["supports", "refutes", "no_data", "error"]


class Knock(Record):
    """Somebody who came to a door that is closed, or closing."""

    metric: str = Field(description="ClientError, ExecutionError, IntegrationError")
    count: float = Field(description="within the window")
    last_at: datetime | None


class IdleProof(Record):
    """Whether one stage of an API is idle over a window. Only `supports` is a yes."""

    api: str = Field(description="ARN")
    stage: str = Field(description="name; '*' for all stages of the API together")
    verdict: IdleVerdict
    why: str = Field(description="one sentence or two: what decides, with numbers")
    start: datetime
    end: datetime
    last_seen: datetime | None = Field(default=None, description="the newest sign of life; None when none is known")
    control: str = Field(
        default="", description="what shows that the measurement would have seen a sign of life; empty: nothing does"
    )
    knocks: tuple[Knock, ...] = ()
    callers: tuple[str, ...] = Field(default=(), description="who still comes, most first, where access logs tell")
    drained: float | None = Field(
        default=None,
        description="items that TTL took from the tables in the window: a drain, no use; None: not measured",
    )
    days: tuple[tuple[date, float], ...] = Field(
        default=(),
        description="connects and messages of the stage, for each UTC day of the window that has datapoints, in order",
    )
