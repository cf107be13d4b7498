"""What it costs before, while both run, and after; and when it goes up, that it does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from checklists.aws import types
from checklists.cost.comparison import compare
from checklists.cost.load import thought
from checklists.cost.target import Target
from tests.checklists.cost.stand import (
    CHAT,
    HANDLER,
    NOW,
    TABLE,
    THINGS,
    api_arn,
    behind,
    counted,
    estate,
    fates,
    thing,
    traffic,
)


def busy(connections: float, received: float, fan_out: float):
    """As `thought` has it, but counted by CloudWatch."""
    load = thought(connections, received, fan_out)
    return (
        *traffic(load.connects, load.messages),
        *behind(received + 2 * load.connects, 2 * load.connects, received * fan_out / 2, 0),
    )


GOING = fates(CHAT, HANDLER, TABLE)


def test_nothing_is_said_of_what_was_not_measured():
    found = compare(estate(), GOING)
    assert found.before is None
    assert found.during is None
    assert found.words == "No traffic of the old path was counted; the new one costs $34.45 a month."
    assert found.gaps == (
        "ConnectCount of chat123 has no datapoint over that time.",
        "MessageCount of chat123 has no datapoint over that time.",
        "Cost Explorer was not asked; it would tell connection minutes and what was really paid.",
    )


def test_without_an_api_there_is_nothing_before():
    assert compare(estate(things=()), ()).before is None


def test_what_is_shared_is_on_neither_side():
    both = compare(estate(busy(1000, 1e6, 5)), GOING).before
    kept = compare(estate(busy(1000, 1e6, 5)), (*fates(CHAT, TABLE), *fates(HANDLER, verdict="edit"))).before
    assert both is not None
    assert kept is not None
    assert {line.subject for line in both.lines} - {line.subject for line in kept.lines} == {HANDLER}


def test_what_may_go_or_stay_is_on_neither_side_and_said():
    found = compare(estate(busy(1000, 1e6, 5)), (*fates(CHAT, HANDLER), *fates(TABLE, verdict="unknown")))
    assert found.before is not None
    assert TABLE not in {line.subject for line in found.before.lines}
    assert found.gaps[0] == "1 thing of which it is not known whether it goes: what that costs is on neither side."


def test_a_small_application_pays_more_after_it():
    found = compare(estate(busy(100, 1e6, 1)), fates(CHAT, HANDLER))
    assert found.words == (
        "It costs $31.15 a month more: from $3.49 to $34.64 a month. The move does not save money at this load."
    )
    assert found.during is not None
    assert found.during.usd == pytest.approx(3.49 + 34.64, abs=0.01)


def test_a_large_application_pays_less_after_it():
    found = compare(estate(busy(10_000, 50e6, 10)), fates(CHAT, HANDLER))
    assert found.words == "It costs $576.26 a month less: from $684.23 to $107.97 a month."
    assert found.break_even == (
        "The new path is cheaper from about 520 connections at once and 28,000,000 messages a month on; "
        "now there are 10,000 and 550,000,000."
    )


def test_about_the_same_is_said_as_it_is():
    found = compare(estate(busy(2400, 1.5e6, 5)), fates(CHAT, HANDLER), target=Target(mean_life_minutes=120))
    assert found.words.startswith("It costs about the same")


def test_where_the_life_of_connections_decides_it_is_said():
    found = compare(estate(busy(2500, 2e6, 5)), fates(CHAT, HANDLER))
    assert found.words == (
        "It costs $3.05 a month less: from $42.36 to $39.31 a month. That rests on how long connections last: at 10 "
        "minutes each it would be $17.27 and $34.85. Ask Cost Explorer, or set mean_life_minutes."
    )


def test_the_other_kind_of_load_balancer_is_told_too():
    found = compare(estate(busy(1000, 1e6, 5)), GOING, target=Target(load_balancer="shared"))
    assert [one.words for one in found.targets] == [
        "a shared load balancer and 2 Fargate tasks of 0.25 vCPU and 0.5 GB",
        "a load balancer of its own and 2 Fargate tasks of 0.25 vCPU and 0.5 GB",
    ]
    assert found.after == found.targets[0].estimate


def test_prices_of_elsewhere_are_said_to_be_of_elsewhere():
    things = (thing(api_arn("chat123", "eu-west-1"), types.API, region="eu-west-1", ProtocolType="WEBSOCKET"),)
    found = compare(estate(traffic(1e5, 1e6, region="eu-west-1"), things), ())
    assert found.region == "eu-west-1"
    for one in (found.before, found.after):
        assert one is not None
        assert one.assumptions[0] == "No prices of eu-west-1 are at hand: those of us-east-1 are taken."


def test_every_guess_stands_in_a_sentence():
    found = compare(estate(busy(1000, 1e6, 5)), GOING).before
    assert found is not None
    assert found.assumptions == (
        "Connection minutes are no metric: each connection is taken to last 120 minutes, the longest that AWS lets it; "
        "shorter ones cost less.",
        "The size of messages was not measured: each is taken to be metered once, as up to 32 KB are.",
        "A connect and a disconnect are taken to be metered as one message each.",
        "Free tiers are taken as used up by other things.",
        "The duration of functions was not measured: 50 ms a run are taken.",
        "Reads of streams and replicas of tables are not in it.",
    )
    assert {line.source for line in found.lines if "minutes" in line.item} == {"assumed"}


def test_large_messages_are_metered_in_parts():
    found = compare(estate(traffic(None, 1e6)), (), target=Target(mean_message_kb=33)).before
    assert found is not None
    assert [(line.item, line.quantity) for line in found.lines] == [("API Gateway WebSocket messages", 2.0)]


def test_stages_are_added_where_the_api_as_a_whole_was_not_counted():
    things = (*THINGS, *(thing(f"{CHAT}/stages/{name}", types.STAGE) for name in ("dev", "prod")))
    measured = [
        counted(f"{CHAT}/stages/{name}", "AWS/ApiGateway", "MessageCount", 5e5, ApiId="chat123", Stage=name)
        for name in ("dev", "prod")
    ]
    found = compare(estate(measured, things), ()).before
    assert found is not None
    assert found.lines[0].quantity == pytest.approx(1.0)


class TestAPeriodBefore:
    """After the cut-over the old path is idle: what it cost is what it cost before."""

    june = (date(2026, 6, 1), date(2026, 6, 30))
    days = tuple((date(2026, 6, 1) + timedelta(days=n), 1000.0 if n < 30 else 0.0) for n in range(92))
    measured = (
        counted(CHAT, "AWS/ApiGateway", "MessageCount", 0.0, ApiId="chat123"),
        counted(
            CHAT,
            "AWS/ApiGateway",
            "MessageCount",
            30_000.0,
            start=NOW - timedelta(days=400),
            days=days,
            ApiId="chat123",
        ),
    )

    def test_the_window_of_the_survey_says_what_the_idle_path_costs(self):
        found = compare(estate(self.measured), ()).before
        assert found is not None
        assert found.usd == 0

    def test_and_that_there_was_more_before(self):
        assert compare(estate(self.measured), ()).gaps[1] == (
            "There were 30,417 messages a month from 2026-06-01 to 2026-06-30, and 0 in the window of the survey: "
            "before = [2026-06-01, 2026-06-30] in [cost] compares with those."
        )
        assert not any(
            "There were" in gap for gap in compare(estate(self.measured), (), target=Target(before=self.june)).gaps
        )

    def test_days_before_the_cut_over_say_what_it_cost(self):
        found = compare(estate(self.measured), (), target=Target(before=self.june)).before
        assert found is not None
        assert found.lines[0].quantity == pytest.approx(1000 * 730 / 24 / 1e6)

    def test_days_that_nobody_measured_say_nothing(self):
        long_ago = Target(before=(date(2024, 6, 1), date(2024, 6, 30)))
        assert compare(estate(self.measured), (), target=long_ago).before is None


def test_a_window_of_another_length_is_brought_to_a_month():
    week = counted(CHAT, "AWS/ApiGateway", "MessageCount", 1e6, start=NOW - timedelta(days=7), ApiId="chat123")
    found = compare(estate([week]), ()).before
    assert found is not None
    assert found.lines[0].quantity == pytest.approx(730 / 168)
