"""What Cost Explorer said: dollars and usage a day and usage type. Nothing here asks AWS."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from checklists.cost.measured import Period
from checklists.cost.usage import HOURS
from migrator.inventory.record import Record

LAG: Final = timedelta(days=2)
"""How long after its end a day may still change: Cost Explorer is up to date once in 24 hours, and late by some.
https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html"""

OLD_PATH: Final = ("ApiGatewayMessage", "ApiGatewayMinute")
NEW_PATH: Final = ("LoadBalancerUsage", "LCUUsage", "Fargate-vCPU-Hours", "Fargate-GB-Hours")
"""Ends of usage types, as 'USE1-ApiGatewayMinute' and 'EUC1-Fargate-vCPU-Hours:perCPU' have them."""


class BilledDay(Record):
    day: date
    usage_type: str
    usd: float
    quantity: float


class Bill(Record):
    """Of one account and region. Days without a line were billed nothing."""

    schema_version: Literal[1] = 1
    account: str
    region: str
    period: Period
    asked_at: AwareDatetime
    days: tuple[BilledDay, ...] = ()
    gaps: tuple[str, ...] = Field(default=(), description="why it is not whole, or empty")

    def of(self, usage_types: Iterable[str], period: Period | None = None) -> tuple[BilledDay, ...]:
        return tuple(
            one
            for one in self.days
            if any(_is(one.usage_type, name) for name in usage_types) and (period is None or one.day in period)
        )

    def monthly(self, usage_type: str, account: str, region: str, period: Period | None = None) -> float | None:
        """Usage in 730 hours, over `period` or all of it. None when it is of elsewhere, doesn't reach so far, is not
        whole, or tells of none."""
        if (account, region) != (self.account, self.region) or self.gaps:
            return None
        asked = period or self.period
        if asked.first < self.period.first or asked.last > self.period.last:
            return None
        if not (found := self.of((usage_type,), asked)):
            return None
        return sum(one.quantity for one in found) * HOURS / (asked.days * 24)


def _is(usage_type: str, name: str) -> bool:
    """With the prefix of a region, which us-east-1 may lack, and with a suffix after a colon."""
    whole = usage_type.partition(":")[0]
    return whole == name or whole.endswith(f"-{name}")
