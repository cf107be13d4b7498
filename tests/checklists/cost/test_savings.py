"""What each thing that goes is worth."""

from __future__ import annotations

import pytest

from checklists.aws import types
from checklists.cost.comparison import compare
from checklists.cost.savings import savings
from tests.checklists.cost.stand import (
    ALARM,
    CHAT,
    GROUP,
    HANDLER,
    ROLE,
    TABLE,
    THINGS,
    arn,
    behind,
    counted,
    dashboards,
    estate,
    fates,
    thing,
    traffic,
)


def saved(*things, going=None, measured=()) -> dict[str, float]:
    names = [one.arn for one in things] if going is None else going
    return savings(estate(measured, (*THINGS, *things)), fates(*names))


@pytest.mark.parametrize("verdict", ["edit", "keep", "unknown"])
def test_what_stays_saves_nothing(verdict):
    assert savings(estate(traffic(1e5, 1e6)), fates(CHAT, TABLE, verdict=verdict)) == {}


def test_what_costs_nothing_by_standing_saves_nothing():
    assert savings(estate(), fates(ROLE, HANDLER)) == {ROLE: 0.0, HANDLER: 0.0}


def test_an_idle_api_saves_nothing_any_more():
    assert savings(estate(traffic(None, None)), fates(CHAT)) == {CHAT: 0.0}


def test_a_fate_of_something_that_the_survey_lacks():
    assert savings(estate(), fates("arn:aws:sqs:us-east-1:1:gone")) == {"arn:aws:sqs:us-east-1:1:gone": 0.0}


def test_each_thing_by_itself():
    found = savings(
        estate((*traffic(365_000, 1e6), *behind(1e6, 2e6, 4e6, 10 * 1024**3))),
        fates(CHAT, HANDLER, TABLE, GROUP, ALARM),
    )
    assert {name: round(usd, 4) for name, usd in found.items()} == {
        CHAT: round(1.0 + 0.73 + 365_000 * 120 / 1e6 * 0.25, 4),
        HANDLER: round(0.2 + 1e6 * 0.05 * 0.125 * 0.0000166667, 4),
        TABLE: round(2 * 0.625 + 4 * 0.125 + 2 * 0.25 + 2 * 0.20, 4),
        f"{TABLE}/backup/01": 0.1,
        f"{TABLE}/backup/02": 0.1,
        GROUP: round(10 * 0.50 + 100 * 0.03, 4),
        ALARM: 0.1,
    }


@pytest.mark.parametrize(("standing", "going", "usd"), [(3, 2, 0), (4, 1, 3), (5, 4, 6), (10, 2, 6)])
def test_dashboards_beyond_the_free_ones(standing: int, going: int, usd: float):
    all_of = dashboards(standing)
    assert sum(saved(*all_of, going=[one.arn for one in all_of[:going]]).values()) == pytest.approx(usd)


@pytest.mark.parametrize(
    ("kind", "properties", "usd"),
    [
        (types.ALARM, {"Period": 60}, 0.10),
        (types.ALARM, {"Period": 10}, 0.30),
        (types.ALARM, {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "m1+m2"}]}, 0.20),
        (types.COMPOSITE_ALARM, {}, 0.50),
        (types.WEB_ACL, {}, 5.00),
        (types.TABLE, {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}, 730 * 5 * 0.00078),
        (types.TABLE, {"TableSizeBytes": "many", "Backups": None, "ProvisionedThroughput": []}, 0),
        (types.LOG_GROUP, {"storedBytes": None}, 0),
    ],
)
def test_what_stands_costs(kind: str, properties: dict, usd: float):
    one = thing(arn("x", "y"), kind, **properties)
    assert saved(one) == {one.arn: pytest.approx(usd)}


def test_capacity_that_is_kept_ready_costs_without_a_call():
    alias = thing(f"{HANDLER}:live", types.FUNCTION_ALIAS, ProvisionedConcurrentExecutions=2)
    assert saved(alias)[alias.arn] == pytest.approx(2 * 0.125 * 730 * 3600 * 0.0000041667)


def test_capacity_on_arm_is_cheaper():
    arm = thing(HANDLER, types.FUNCTION, MemorySize=1024, Architectures=["arm64"])
    alias = thing(f"{HANDLER}:live", types.FUNCTION_ALIAS, ProvisionedConcurrentExecutions=1)
    found = savings(estate((), (arm, alias)), fates(alias.arn))
    assert found[alias.arn] == pytest.approx(730 * 3600 * 0.0000033334)


def test_all_savings_together_are_the_old_path():
    measured = (*traffic(365_000, 1e6), *behind(1e6, 2e6, 4e6, 10 * 1024**3))
    going = fates(CHAT, HANDLER, TABLE, GROUP, ALARM)
    before = compare(estate(measured), going).before
    assert before is not None
    assert sum(savings(estate(measured), going).values()) == pytest.approx(before.usd)


def test_a_duration_that_was_measured_takes_the_place_of_a_guess():
    ran = counted(HANDLER, "AWS/Lambda", "Duration", 8e6, FunctionName="chat")
    found = compare(estate((*traffic(None, 1e6), *behind(1e6, 0, 0, 0), ran)), fates(CHAT, HANDLER)).before
    assert found is not None
    (line,) = [line for line in found.lines if line.item == "Lambda duration on x86"]
    assert (line.quantity, line.source) == (8000 * 0.125, "measured")
    assert not any("duration" in one for one in found.assumptions)
