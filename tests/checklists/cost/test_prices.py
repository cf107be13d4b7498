"""Prices are dated, sourced, and whole; a file of somebody's own replaces what it has and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.cost.errors import PricesInvalid
from checklists.cost.prices import HOME, SHIPPED, load_prices
from migrator.errors import WsSseError


def own(tmp_path: Path, **changed: object) -> Path:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"schema_version": 1, "read_on": "2026-01-02", "regions": {}} | changed))
    return file


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"read_on": "yesterday"}, "read_on"),
        ({"extra": 1}, "extra"),
        ({"regions": {"eu-west-1": {"websocket.message": [[None, 1]]}}}, "did you mean websocket.messages?"),
        ({"items": {"nonsense": {"item": "x", "unit": "x", "per": 1, "page": "https://x"}}}, "no price nonsense"),
        ({"regions": {"eu-west-1": {"alb.hours": []}}}, "tiers rise"),
        ({"regions": {"eu-west-1": {"alb.hours": [[10, 1]]}}}, "tiers rise"),
        ({"regions": {"eu-west-1": {"alb.hours": [[None, 1], [10, 1]]}}}, "tiers rise"),
        ({"regions": {"eu-west-1": {"alb.hours": [[10, 1], [5, 1], [None, 1]]}}}, "tiers rise"),
        ({"regions": {"eu-west-1": {"alb.hours": [[None, -1]]}}}, "between 0 and"),
        ({"items": {"alb.hours": {"item": "x", "unit": "x", "per": 0, "page": "https://x"}}}, "per"),
        ({"items": {"alb.hours": {"item": "x", "unit": "x", "per": 1, "page": "javascript:alert(1)"}}}, "page"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, changed: dict[str, object], problem: str):
    with pytest.raises(PricesInvalid) as told:
        load_prices(own(tmp_path, **changed))
    assert problem in str(told.value)
    assert isinstance(told.value, WsSseError)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"regions": {"x": {"alb.hours": [[null, NaN]]}}}'])
def test_what_is_no_file_of_prices(tmp_path: Path, content: bytes):
    file = tmp_path / "prices.json"
    file.write_bytes(content)
    with pytest.raises(PricesInvalid):
        load_prices(file)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(PricesInvalid, match="not readable"):
        load_prices(tmp_path / "none.json")


def test_a_file_of_ones_own_replaces_what_it_has_and_nothing_else(tmp_path: Path):
    prices = load_prices(own(tmp_path, regions={"eu-west-1": {"alb.hours": [[None, 0.5]]}}))
    assert prices.usd("alb.hours", "eu-west-1", 10) == 5
    assert prices.usd("alb.hours", HOME, 10) == pytest.approx(0.225)
    assert prices.has("alb.hours", "eu-west-1")
    assert not prices.has("alb.lcu_hours", "eu-west-1")
    assert prices.read_on == date(2026, 1, 2)


def test_the_shipped_ones_are_whole():
    prices = load_prices()
    assert set(prices.regions[HOME]) == set(prices.items)
    assert all(item.page.startswith("https://aws.amazon.com/") for item in prices.items.values())
    assert SHIPPED.is_file()


def test_a_tier_is_paid_for_its_part_alone():
    assert load_prices().usd("websocket.messages", HOME, 1_500_000_000) == pytest.approx(1000 + 400)


@given(st.sampled_from(sorted(load_prices().items)), st.floats(0, 1e12), st.floats(0, 1e12))
def test_more_never_costs_less_nor_more_than_the_parts(key: str, one: float, other: float):
    prices = load_prices()
    both = prices.usd(key, HOME, one + other)
    assert both >= max(prices.usd(key, HOME, one), prices.usd(key, HOME, other)) * (1 - 1e-9)
    assert both <= (prices.usd(key, HOME, one) + prices.usd(key, HOME, other)) * (1 + 1e-9) + 1e-9
