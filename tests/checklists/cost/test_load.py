"""The two paths under loads that are only thought."""

from __future__ import annotations

import pytest

from checklists.cost.load import thought, websocket_usage
from checklists.cost.prices import load_prices
from checklists.cost.target import Target, target_usage
from checklists.cost.usage import estimate

ROWS = [
    (100, 1e6, 1, 4, 35),
    (1_000, 1e6, 5, 19, 36),
    (1_000, 10e6, 5, 79, 36),
    (5_000, 10e6, 10, 181, 62),
    (10_000, 50e6, 10, 720, 108),
]
"""Connections at once, messages received a month, fan-out; dollars of the WebSocket path and of the new one."""


@pytest.mark.parametrize(("connections", "received", "fan_out", "old", "new"), ROWS)
def test_what_both_paths_cost(connections: float, received: float, fan_out: float, old: int, new: int):
    load = thought(connections, received, fan_out)
    prices = load_prices()
    assert round(estimate(websocket_usage(load, received, fan_out), prices).usd) == old
    assert round(estimate(target_usage(Target(), load), prices).usd) == new


def test_a_shared_load_balancer_is_paid_for_by_its_capacity_units():
    lines = estimate(target_usage(Target(load_balancer="shared"), thought(3000, 1e6, 1)), load_prices()).lines
    assert [(line.item, round(line.usd, 2)) for line in lines] == [
        ("Fargate vCPU", 22.16),
        ("Fargate memory", 4.87),
        ("Load balancer capacity units", 5.84),
    ]


@pytest.mark.parametrize(
    ("load", "units"),
    [
        (thought(6000, 0, 0), 2.0),
        (thought(0.001, 1e9, 0).model_copy(update={"connects": 0.0}), 1e9 * 1e-6 / 730),
        (thought(1, 0, 0).model_copy(update={"connects": 730 * 3600 * 50.0}), 2.0),
    ],
    ids=["connections", "bytes", "new connections"],
)
def test_the_dimension_that_takes_most_capacity_counts(load, units: float):
    (amount,) = [one for one in target_usage(Target(), load).amounts if one.key == "alb.lcu_hours"]
    assert amount.quantity == pytest.approx(units * 730)


def test_what_is_declared_stands_in_lines_of_its_own():
    target = Target(load_balancer="none", tasks=0, redis_usd_hour=0.02, redis_nodes=2, other_usd_month=7)
    found = estimate(target_usage(target, thought(1, 0, 0)), load_prices())
    assert [(line.item, round(line.usd, 2)) for line in found.lines] == [
        ("Redis nodes", 29.2),
        ("What was declared beside it", 7.0),
    ]


def test_a_redis_that_several_tasks_need_is_not_forgotten():
    words = target_usage(Target(), thought(1, 0, 0)).assumptions
    assert any("set redis_usd_hour" in one for one in words)
    assert not any("Redis" in one for one in target_usage(Target(tasks=1), thought(1, 0, 0)).assumptions)
