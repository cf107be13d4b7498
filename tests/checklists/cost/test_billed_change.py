"""What was really paid, before and after, with the days on which both ran left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checklists.cost.bill import Bill, BilledDay
from checklists.cost.billed_change import billed_change, needed
from checklists.cost.comparison import compare
from checklists.cost.measured import Period
from checklists.cost.target import Target
from tests.checklists.cost.stand import ACCOUNT, REGION, estate, traffic

DOUBLE_RUN = Period(first=date(2026, 8, 1), last=date(2026, 8, 20))
ALL = needed(DOUBLE_RUN)
HERE = {(ACCOUNT, REGION)}


def bill(*, last: date = ALL.last, gaps: tuple[str, ...] = (), region: str = REGION) -> Bill:
    """$2 a day before, $50 a day on the double run, $1 a day after; 1,000 connections before."""
    days = []
    for n in range((last - ALL.first).days + 1):
        on = ALL.first + timedelta(days=n)
        if on < DOUBLE_RUN.first:
            days.append(BilledDay(day=on, usage_type="ApiGatewayMinute", usd=0.5, quantity=1000 * 24 * 60))
            days.append(BilledDay(day=on, usage_type="USE1-ApiGatewayMessage", usd=1.5, quantity=1.5e6))
        elif on <= DOUBLE_RUN.last:
            days.append(BilledDay(day=on, usage_type="USE1-ApiGatewayMessage", usd=50, quantity=1))
        else:
            days.append(BilledDay(day=on, usage_type="USE1-Fargate-vCPU-Hours:perCPU", usd=1, quantity=1))
        days.append(BilledDay(day=on, usage_type="USE1-ApiGatewayHttpRequest", usd=99, quantity=1))
    return Bill(
        account=ACCOUNT,
        region=region,
        period=Period(first=ALL.first, last=last),
        asked_at=datetime(2026, 9, 20, tzinfo=UTC),
        days=tuple(days),
        gaps=gaps,
    )


def test_nothing_is_compared_without_a_bill():
    found = billed_change((), DOUBLE_RUN, HERE)
    assert (found.before, found.after, found.words) == (None, None, "")


def test_a_bill_with_a_gap_is_no_bill():
    found = billed_change(
        [bill(), bill(gaps=("denied",), region="eu-west-1")], DOUBLE_RUN, {*HERE, (ACCOUNT, "eu-west-1")}
    )
    assert (found.before, found.after, found.words) == (None, None, "")
    assert found.gaps == ("denied",)


def test_bills_of_elsewhere_are_left_out_and_one_place_is_counted_once():
    several = [bill(last=date(2026, 8, 29)), bill(), bill(last=date(2026, 8, 30)), bill(region="eu-west-1")]
    assert billed_change(several, DOUBLE_RUN, HERE) == billed_change([bill()], DOUBLE_RUN, HERE)


def test_a_place_without_a_bill():
    found = billed_change([bill()], DOUBLE_RUN, {*HERE, (ACCOUNT, "eu-west-1")})
    assert (found.before, found.gaps) == (None, ("Not every account and region of the APIs has a bill.",))


def test_days_that_are_not_settled_yet():
    found = billed_change([bill(last=date(2026, 8, 29))], DOUBLE_RUN, HERE)
    assert found.before == pytest.approx(2 * 730 / 24)
    assert found.after is None
    assert found.words == ""
    assert found.gaps == ("From 2026-08-21 to 2026-09-03 only 9 of 14 days are billed and settled.",)


def test_two_weeks_before_and_two_weeks_after():
    found = billed_change([bill()], DOUBLE_RUN, HERE)
    assert (found.before, found.after) == (pytest.approx(60.8333), pytest.approx(30.41667))
    assert found.words == (
        "Billed was $30.42 a month less: $60.83 in the 14 days before both paths ran, $30.42 in those after, each "
        "brought to a month, for all WebSocket APIs, load balancers and Fargate tasks of the account and region. "
        "How many connections the new path had is not known, so it is not brought to the same load."
    )


def test_for_as_many_connections():
    """Half as much is billed, but for a quarter of the connections: it has become dearer."""
    found = billed_change([bill()], DOUBLE_RUN, HERE, connections_after=250)
    assert found.words.endswith("For 1,000 connections at once that is $60.83 before and $121.67 after.")


def test_billed_minutes_take_the_place_of_a_guess():
    first = ALL.first
    days = [(first + timedelta(days=n), 1000.0) for n in range(14)]
    long = [
        one.model_copy(update={"days": tuple(days), "start": one.start - timedelta(days=90)}) for one in traffic(1, 1)
    ]
    target = Target(
        before=(first, DOUBLE_RUN.first - timedelta(days=1)), double_run=(DOUBLE_RUN.first, DOUBLE_RUN.last)
    )
    found = compare(estate(long), (), target=target, bills=[bill()])
    assert found.before is not None
    (minutes,) = [line for line in found.before.lines if "minutes" in line.item]
    assert (minutes.source, minutes.quantity) == ("billed", pytest.approx(43.8))
    (messages,) = [line for line in found.before.lines if "messages" in line.item]
    assert (messages.source, messages.quantity) == ("billed", pytest.approx(1.5 * 730 / 24))
    assert found.before.assumptions == ("Free tiers are taken as used up by other things.",)
    assert found.during is not None
    assert found.during.assumptions[1] == "Both run from 2026-08-01 to 2026-08-20: that is $23.93 in all."
    assert (found.billed_before, found.billed_after) == (pytest.approx(60.8333), pytest.approx(30.41667))
    assert found.gaps == ()
