"""What was really paid: two weeks before the double run beside two weeks after it, from bills that are settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from checklists.cost.bill import NEW_PATH, OLD_PATH, Bill
from checklists.cost.measured import Period
from checklists.cost.usage import HOURS
from migrator.inventory.record import Record

DAYS: Final = 14


class BilledChange(Record):
    """Dollars a month of 730 hours of both paths' usage types; None where a bill is missing or not settled yet."""

    before: float | None = None
    after: float | None = None
    words: str = Field(default="", description="one or two sentences; empty when there is nothing to compare")
    gaps: tuple[str, ...] = ()


def needed(double_run: Period) -> Period:
    """All days that the comparison needs: one question to Cost Explorer asks for them together."""
    before, after = days_before(double_run), _after(double_run)
    return Period(first=before.first, last=after.last)


def billed_change(
    bills: Sequence[Bill],
    double_run: Period,
    places: Collection[tuple[str, str]],
    *,
    connections_after: float | None = None,
) -> BilledChange:
    """`places`: account and region of each API; of each the bill counts that reaches furthest. `double_run`: the days
    on which both paths ran, which are left out. `connections_after`: at once on the new path, on average, as its own
    metrics tell; before, connection minutes tell."""
    chosen = [_best(bills, place, needed(double_run)) for place in sorted(places)]
    known = [bill for bill in chosen if bill]
    if not known:
        return BilledChange()
    if len(known) < len(chosen):
        return BilledChange(gaps=("Not every account and region of the APIs has a bill.",))
    bills = known
    gaps = [gap for bill in bills for gap in bill.gaps]
    before = _month(bills, days_before(double_run), gaps)
    after = _month(bills, _after(double_run), gaps)
    words = ""
    if before is not None and after is not None:
        words = _words(before, after) + _for_each(bills, double_run, before, after, connections_after)
    return BilledChange(before=before, after=after, words=words, gaps=tuple(gaps))


def _best(bills: Sequence[Bill], place: tuple[str, str], period: Period) -> Bill | None:
    """A file of bills holds several of one place: the one that has most of the days, and of those the newest."""

    def worth(bill: Bill) -> tuple[int, datetime]:
        first, last = max(bill.period.first, period.first), min(bill.period.last, period.last)
        return max(0, (last - first).days + 1), bill.asked_at

    return max((bill for bill in bills if (bill.account, bill.region) == place), key=worth, default=None)


def days_before(double_run: Period) -> Period:
    return Period(first=double_run.first - timedelta(days=DAYS), last=double_run.first - timedelta(days=1))


def _after(double_run: Period) -> Period:
    return Period(first=double_run.last + timedelta(days=1), last=double_run.last + timedelta(days=DAYS))


def _month(bills: Sequence[Bill], period: Period, gaps: list[str]) -> float | None:
    """Adds a gap where the bills don't reach over the whole period."""
    if any(bill.gaps for bill in bills):
        return None
    short = [bill for bill in bills if bill.period.first > period.first or bill.period.last < period.last]
    if short:
        days = max(0, (min(bill.period.last for bill in short) - period.first).days + 1)
        gaps.append(
            f"From {period.first} to {period.last} only {min(days, DAYS - 1)} of {DAYS} days are billed and settled."
        )
        return None
    usd = sum(one.usd for bill in bills for one in bill.of((*OLD_PATH, *NEW_PATH), period))
    return usd * HOURS / (DAYS * 24)


def _words(before: float, after: float) -> str:
    change = f"${abs(after - before):,.2f} a month {'more' if after > before else 'less'}"
    return (
        f"Billed was {change}: ${before:,.2f} in the {DAYS} days before both paths ran, ${after:,.2f} in those after, "
        "each brought to a month, for all WebSocket APIs, load balancers and Fargate tasks of the account and region."
    )


def _for_each(
    bills: Sequence[Bill], double_run: Period, before: float, after: float, connections_after: float | None
) -> str:
    minutes = sum(one.quantity for bill in bills for one in bill.of(("ApiGatewayMinute",), days_before(double_run)))
    connections_before = minutes / (DAYS * 24 * 60)
    if not connections_after or not connections_before:
        return " How many connections the new path had is not known, so it is not brought to the same load."
    return (
        f" For 1,000 connections at once that is ${before / connections_before * 1000:,.2f} before and "
        f"${after / connections_after * 1000:,.2f} after."
    )
