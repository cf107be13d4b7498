"""The numbers of the page on costs are those of the code; `python -m tests.docs.test_cost_page` writes them anew."""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from checklists.capacity.demand import MONTH_S, Demand
from checklists.capacity.plan import plan
from checklists.cost.load import thought, websocket_usage
from checklists.cost.prices import load_prices
from checklists.cost.settings import cost_settings
from checklists.cost.target import Target, target_usage
from checklists.cost.usage import estimate
from tests.running import ROOT

PAGE = ROOT / "docs" / "cost.md"
LOADS = [(100, 1, 1), (1_000, 1, 5), (1_000, 10, 5), (5_000, 10, 10), (10_000, 50, 10)]
"""Connections at once, millions received a month, fan-out."""


def loads() -> str:
    prices = load_prices()
    rows = []
    for connections, millions, fan_out in LOADS:
        received = millions * 1e6
        load = thought(connections, received, fan_out)
        old = estimate(websocket_usage(load, received, fan_out), prices).usd
        new = estimate(target_usage(Target(), load), prices).usd
        rows.append(f"| {connections:,} | {millions} M | {fan_out} | ${old:,.0f} | ${new:,.0f} |")
    return "\n".join(rows)


def beside_capacity() -> str:
    """Why the same load costs more there."""
    connections, millions, fan_out = LOADS[1]
    prices, rate = load_prices(), millions * 1e6 / MONTH_S
    found = plan(Demand(connections=connections, pushes_s=rate, received_s=rate, fan_out=fan_out))
    there = found.after["median"]
    here = estimate(target_usage(Target(), thought(connections, millions * 1e6, fan_out)), prices).usd
    moved = {prices.items[key].item for key in ("transfer.out", "transfer.zone")}
    redis = sum(line.usd for line in there.lines if line.item == prices.items[found.size.redis.price].item)
    leaves = sum(line.usd for line in there.lines if line.item in moved)
    assert here + redis + leaves == pytest.approx(there.usd, rel=0.02)
    return (
        f"For {connections:,} connections, {millions} M received and a fan-out of {fan_out} it says ${there.usd:,.2f}, "
        f"and this table ${here:,.2f}:\n"
        f"${redis:,.2f} there are the Redis that tasks share, and ${leaves:,.2f} what leaves AWS and crosses zones, none "
        f"of which is in this\ntable. Of tasks it counts as many as their vCPU and memory carry, and not one for each "
        f"{Target().connections_per_task:,g} connections."
    )


def printed(page: str) -> str:
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    out = StringIO()
    with redirect_stdout(out):
        exec(compile(script, str(PAGE), "exec"), {})
    return out.getvalue()


def made(page: str) -> str:
    """The page with its numbers made anew."""
    page = re.sub(r"(<!-- made: loads -->\n.*?\|--\|\n).*?(<!-- end -->)", rf"\1{loads()}\n\2", page, flags=re.DOTALL)
    block = rf"\g<1>{beside_capacity()}\n\2"
    page = re.sub(r"(<!-- made: capacity -->\n).*?(<!-- end -->)", block, page, flags=re.DOTALL)
    text = printed(page).replace("\\", r"\\")
    return re.sub(r"(It prints:\n\n```text\n).*?(```)", rf"\g<1>{text}\2", page, flags=re.DOTALL)


def test_its_numbers_are_those_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert made(page) == page, "docs are stale; run: .venv/bin/python -m tests.docs.test_cost_page"
    assert "| 10,000 | 50 M | 10 | $720 | $108 |" in page
    assert "<!-- made: capacity -->\nFor 1,000 connections, " in page


def test_its_settings_are_understood(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert tomllib.loads(block)
    (tmp_path / "ws2sse.toml").write_text(block)
    assert cost_settings(tmp_path).load_balancer == "shared"


def test_prices_of_ones_own_are_understood(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reference" / "prices.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert json.loads(block)
    (tmp_path / "prices.json").write_text(block)
    assert load_prices(tmp_path / "prices.json").has("alb.hours", "eu-west-1")


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8")), "utf-8")
