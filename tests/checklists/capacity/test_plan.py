"""The answer is honest: also when it is dearer, and when nobody can tell."""

from __future__ import annotations

import pytest

from checklists.capacity.demand import Demand
from checklists.capacity.flat import Flat
from checklists.capacity.money import after, before, month
from checklists.capacity.plan import CapacityPlan, plan
from checklists.capacity.report import to_text
from checklists.capacity.sizing import SHAPES, Size, size
from checklists.cost.load import thought, websocket_usage
from checklists.cost.prices import HOME, load_prices
from checklists.cost.usage import HOURS, estimate
from tests.checklists.capacity.stand import constants, demand

PRICES = load_prices()
MONTH_S = HOURS * 3600


def made(**changed: object) -> CapacityPlan:
    return plan(demand(**changed), constants=constants())


def test_the_old_path_costs_what_the_estimate_of_a_thought_load_says_and_what_leaves_aws():
    received = 1e6
    rate = received / MONTH_S
    load = demand(connections=1000, pushes_s=rate, received_s=rate, fan_out=5, message_bytes=1000)
    thought_of = estimate(websocket_usage(thought(1000, received, 5), received, 5), PRICES).usd
    out = 5e6 * 1004 / 1e9 * 0.09
    assert before(load, PRICES, HOME).usd == pytest.approx(thought_of + out)


def test_clients_that_would_stay_for_days_connect_every_two_hours_where_api_gateway_ends_them():
    days, hours, minutes = (before(demand(life_minutes=life), PRICES, HOME).usd for life in (3 * 24 * 60, 2 * 60, 30))
    assert days == hours < minutes
    assert month(demand(life_minutes=3 * 24 * 60)).connects < month(demand(life_minutes=2 * 60)).connects


def test_a_message_of_more_than_32_kb_is_metered_more_than_once():
    def messages(size: int) -> float:
        lines = before(demand(message_bytes=size), PRICES, HOME).lines
        return next(line.quantity for line in lines if line.item == "API Gateway WebSocket messages")

    pushed = 100 * MONTH_S / 1e6
    assert messages(64_000) - messages(32_000) == pytest.approx(pushed)


def test_the_new_path_pays_for_nodes_and_redis_whether_anybody_comes_or_not():
    load = demand(connections=1, pushes_s=0, received_s=0)
    found = after(load, size_of(load), PRICES, HOME)
    usd = {line.item: line.usd for line in found.lines}
    assert usd["Fargate vCPU"] == pytest.approx(2 * 0.25 * HOURS * 0.04048)
    assert usd["ElastiCache for Valkey cache.t4g.micro"] == pytest.approx(2 * HOURS * 0.0128)
    assert usd["Application Load Balancer"] == pytest.approx(HOURS * 0.0225)


def test_handlers_that_stay_at_lambda_are_paid_for_on_both_sides():
    load = demand(handlers="lambda")
    new = {line.item: line.usd for line in after(load, size_of(load), PRICES, HOME).lines}
    old = {line.item: line.usd for line in before(load, PRICES, HOME).lines}
    assert new["Lambda requests"] == pytest.approx(old["Lambda requests"])
    assert "Lambda requests" not in {line.item for line in after(demand(), size_of(demand()), PRICES, HOME).lines}


def test_an_average_below_the_peak_makes_api_gateway_cheaper_and_the_nodes_hardly():
    whole, half = made(), made(average=0.5)
    assert half.before.usd == pytest.approx(whole.before.usd / 2)
    assert half.size == whole.size
    assert half.after["median"].usd > 0.5 * whole.after["median"].usd
    assert month(demand(average=0.5)).connections == 5000


def test_it_says_when_the_move_saves_nothing():
    found = made(connections=100, pushes_s=0.1, received_s=0.1)
    assert "The move does not save money at this load." in found.words
    assert found.break_even.startswith("The new path is cheaper from about ")
    assert found.after["median"].usd > found.before.usd


def test_it_says_when_it_saves_and_how_sure_that_is():
    found = made(connections=50_000, pushes_s=500, received_s=500)
    assert found.words.startswith("It costs $")
    assert " a month less: " in found.words
    assert found.after["least"].usd < found.after["most"].usd
    assert " by what was measured)" in found.words
    assert found.sizes["least"].nodes.nodes <= found.size.nodes.nodes <= found.sizes["most"].nodes.nodes


def test_it_says_what_a_broadcast_would_change_and_when_one_changes_nothing():
    assert "in the place of a loop" in made(fan_out=50, pushes_s=20).broadcast
    assert made(fan_out=1).broadcast == ""
    assert made(fan_out=50, pushed="broadcast").broadcast == ""


def test_what_has_to_be_set_is_said():
    found = made(connections=50_000, pushes_s=100, fan_out=50_000, pushed="broadcast")
    assert any("streams.connections to 50,000" in one for one in found.warnings)
    assert made(connections=1000, pushes_s=1, received_s=1).warnings == ()


def test_every_assumption_has_a_source_and_the_text_has_them_all():
    found = made(fan_out=50)
    text = to_text(found)
    assert len(found.assumptions) >= 8
    for one in found.assumptions:
        assert one.source
        assert one.words in text
    assert found.words in text
    assert found.broadcast in text
    assert found.kits
    for one in found.kits:
        assert f"  - {one}" in text
    for line in (*found.before.lines, *found.after["median"].lines):
        assert line.item in text


def size_of(load: Demand) -> Size:
    return size(Flat(constants()), load, SHAPES[0])
