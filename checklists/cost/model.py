"""The words of a cost estimate. Money is US dollars a month of 730 hours; None where nothing is known."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from migrator.inventory.record import Record

Source = Literal["measured", "billed", "assumed"]
"""measured: CloudWatch; billed: Cost Explorer; assumed: said by nobody, and listed as an assumption."""


class CostLine(Record):
    """One line of a bill."""

    item: str = Field(description="'API Gateway messages'")
    subject: str = Field(default="", description="ARN; empty for a whole path")
    quantity: float
    unit: str
    price: float = Field(description="dollars a unit at this quantity, tiers averaged")
    usd: float
    source: Source
    page: str = Field(default="", description="where the price stands")


class Estimate(Record):
    """A month of one path."""

    lines: tuple[CostLine, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def usd(self) -> float:
        return sum(line.usd for line in self.lines)


class TargetCost(Record):
    """What the new path may stand on."""

    words: str = Field(description="'a load balancer of its own and 2 Fargate tasks of 0.25 vCPU and 0.5 GB'")
    estimate: Estimate
    break_even: str = Field(default="", description="as in CostComparison")


class CostComparison(Record):
    """Before, while both run, and after."""

    prices_of: date = Field(description="the day when the prices were read")
    region: str
    before: Estimate | None = Field(description="None when nothing was measured")
    during: Estimate | None = None
    after: Estimate | None = None
    billed_before: float | None = Field(default=None, description="what Cost Explorer says; None when not asked")
    billed_after: float | None = None
    billed: str = Field(default="", description="what the two say together; empty unless both are known")
    break_even: str = Field(default="", description="one sentence: from which load on the new path is cheaper")
    words: str = Field(description="one sentence: how much goes up or down, honestly")
    gaps: tuple[str, ...] = Field(default=(), description="what could not be asked, and what it would tell")
    targets: tuple[TargetCost, ...] = Field(default=(), description="the declared one first, whose estimate is `after`")
