"""The load from which on the new path is the cheaper one solves the same functions that make the estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.cost.break_even import break_even, words
from checklists.cost.load import Load, thought, websocket_usage
from checklists.cost.prices import load_prices
from checklists.cost.target import Target, target_usage
from checklists.cost.usage import estimate


@given(st.floats(0.01, 100), st.floats(0.002, 900))
def test_a_line_against_a_fixed_price(slope: float, factor: float):
    assert break_even(lambda times: slope * times, lambda _: slope * factor) == pytest.approx(factor, rel=1e-6)


def test_always_and_never():
    assert break_even(lambda factor: 2.0, lambda factor: 1.0) == 0
    assert break_even(lambda factor: 1.0, lambda factor: 2.0) is None
    load = Load(connections=1, connects=1, messages=1)
    assert words(0.0, load) == "The new path is cheaper at any load."
    assert words(None, load) == "The new path costs more at any load up to 1,000 times that of now."


def test_connections_that_nobody_knows_are_not_told():
    assert words(2.0, Load(connections=0, connects=0, messages=3e6)) == (
        "The new path is cheaper from about 6,000,000 messages a month on; now there are 3,000,000."
    )


def test_where_tasks_come_whole_the_last_crossing_counts():
    found = break_even(lambda factor: factor, lambda factor: 1.0 if factor < 3 else 5.0)
    assert found == pytest.approx(5.0)


def test_both_estimates_agree_there():
    load, prices = thought(1000, 1e6, 5), load_prices()
    old = websocket_usage(load, 1e6, 5)

    def before(factor: float) -> float:
        return estimate(old.scaled(factor), prices).usd

    def after(factor: float) -> float:
        return estimate(target_usage(Target(), load.scaled(factor)), prices).usd

    factor = break_even(before, after)
    assert factor is not None
    assert before(factor) == pytest.approx(after(factor), abs=0.01)
    assert before(factor * 0.99) < after(factor * 0.99)
    assert words(factor, load) == (
        "The new path is cheaper from about 2,600 connections at once and 15,000,000 messages a month on; "
        "now there are 1,000 and 6,000,000."
    )
