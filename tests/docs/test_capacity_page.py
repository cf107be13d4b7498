"""The numbers of the page on capacity are those of the code; `python -m tests.docs.test_capacity_page` writes them."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache

import pytest
from click.testing import CliRunner

from bench.cluster.predictions import table
from checklists.capacity.constants import Acts, Constants, Measured, load_constants
from checklists.capacity.demand import Demand
from checklists.capacity.kits import beyond_the_kits
from checklists.capacity.pictures import draw_cost, draw_outcome, svg
from checklists.capacity.plan import CapacityPlan, plan
from checklists.capacity.simulation.run import EVENTS
from migrator.cli import cli
from migrator.commands.capacity import command
from tests.running import ROOT

PAGE = ROOT / "docs" / "capacity.md"
PREDICTIONS = ROOT / "bench" / "results" / "predictions.json"
LOADS = [
    (1_000, 1, 5, "loop"),
    (5_000, 10, 10, "loop"),
    (50_000, 200, 20, "loop"),
    (50_000, 200, 20, "broadcast"),
    (250_000, 50, 1_000, "broadcast"),
]
"""Connections, pushes a second, fan-out, how. The first two as on the page on costs: a million of them a month."""
MILLION = Demand(
    connections=1_000_000, pushes_s=0.1, fan_out=1_000_000, pushed="broadcast", received_s=1_000, message_bytes=200
)


def loads() -> str:
    rows = [
        "| connections | pushes | to | how | nodes | Redis | its operations | API Gateway | nodes and Redis "
        "| beyond the kits |"
    ]
    rows += ["|--:|--:|--:|--|--|--|--:|--:|--:|--|"]
    for connections, pushes, fan_out, how in LOADS:
        rate = pushes / 2.628 if connections < 10_000 else pushes
        found = plan(
            Demand.model_validate(
                {
                    "connections": connections,
                    "pushes_s": rate,
                    "received_s": rate,
                    "fan_out": fan_out,
                    "pushed": how,
                }
            )
        )
        rows.append(f"| {connections:,} | {rate:,.3g}/s | {fan_out:,} | {how} | {_size(found)} |")
    return "\n".join(rows)


def _size(found: CapacityPlan) -> str:
    size, usd = found.size, found.after
    shape, redis = size.shape, size.redis
    counts = sorted({found.sizes[level].nodes.nodes for level in ("least", "median", "most")})
    span = f" ({counts[0]} to {counts[-1]})" if len(counts) > 1 else ""
    return (
        f"{size.nodes.nodes}{span} of {shape.vcpu:g} vCPU | {redis.nodes} {redis.node.removeprefix('cache.')} | "
        f"{redis.operations_s:,.0f}/s | ${found.before.usd:,.0f} | ${_dollars(*(one.usd for one in usd.values()))} | "
        f"{', '.join(beyond_the_kits(size)) or '-'}"
    )


def _dollars(*of_all_levels: float) -> str:
    """The middle one, with the range where it can be seen."""
    least, middle, most = (f"{one:,.0f}" for one in sorted(of_all_levels))
    return middle if least == most else f"{middle} ({least} to {most})"


def constants(of: Constants) -> str:
    rows = [f"{of.rounds} rounds on {of.measured_on}, {of.streams:,} streams, messages of {of.message_bytes} bytes."]
    rows += [f"{of.machine}; {of.redis}.", "", "| act | nodes, µs | Redis, µs | its operations | bytes in, out |"]
    rows += ["|--|--:|--:|--:|--:|"]
    for name, field in Acts.model_fields.items():
        act = getattr(of.acts, name)
        cells = [_span(act.node_cpu_s, 1e6), _span(act.redis_cpu_s, 1e6), f"{act.redis_operations.median:.3g}"]
        cells.append(f"{act.redis_in_bytes.median:,.3g}, {act.redis_out_bytes.median:,.3g}")
        rows.append(f"| `{name}`: {field.description} | {' | '.join(cells)} |")
    rows += ["", "| size | |", "|--|--:|"]
    for name, field in Constants.model_fields.items():
        if isinstance(measured := getattr(of, name), Measured):
            least, most = f"{measured.least:,.0f}", f"{measured.most:,.0f}"
            rows.append(f"| {field.description} | {measured.median:,.0f} bytes ({least} to {most}) |")
    return "\n".join(rows)


def _span(of: Measured, times: float) -> str:
    if not of.most:
        return "0"
    return f"{of.median * times:,.4g} ({of.least * times:,.4g} to {of.most * times:,.4g})"


def events() -> str:
    rows = [f"| `{name}` | {what} |" for name, what in EVENTS.items()]
    return "\n".join(("| event | what happens |", "|--|--|", *rows))


@cache
def simulated() -> CapacityPlan:
    return plan(MILLION, events=tuple(EVENTS))


def million() -> str:
    found = simulated()
    rows = [
        f"It takes {found.size.nodes.nodes} nodes of {found.size.shape.vcpu:g} vCPU and {found.size.redis.nodes} "
        f"{found.size.redis.node}, and costs ${found.after['median'].usd:,.0f} a month "
        f"(API Gateway: ${found.before.usd:,.0f}). Beyond the kits: {', '.join(beyond_the_kits(found.size)) or '-'}.",
        "",
        *(f"- `{one.event}`: {one.words}." for one in found.simulated),
    ]
    return "\n".join(rows)


def predictions() -> str:
    found = json.loads(PREDICTIONS.read_text("utf-8"))
    return "\n".join((f"{found['machine']}, {found['measured_on']}.", "", *table(load_constants(), found["found"])))


def storm() -> str:
    (found,) = (one for one in simulated().simulated if one.event == "reconnect-storm")
    return svg(draw_outcome(found))


def costs() -> str:
    """Half a power of ten from one to the next."""
    counts = [round(100 * 10 ** (half / 2)) for half in range(9)]
    loads = [Demand(connections=count, pushes_s=count / 100, received_s=count / 100) for count in counts]
    return svg(draw_cost([plan(load) for load in loads]))


IMAGES = {"capacity-cost.svg": costs, "capacity-reconnect-storm.svg": storm}
BLOCKS = {
    "loads": loads,
    "constants": lambda: constants(load_constants()),
    "events": events,
    "million": million,
    "predictions": predictions,
}


SLOW = pytest.mark.slow


def made(page: str, *names: str) -> str:
    """The page with these blocks made anew."""
    for name in names:
        text = BLOCKS[name]().replace("\\", r"\\")
        pattern = rf"(<!-- made: {name} -->\n).*?(<!-- end -->)"
        page = re.sub(pattern, rf"\g<1>{text}\n\2", page, flags=re.DOTALL)
    return page


@pytest.mark.parametrize("name", [pytest.param(one, marks=SLOW if one == "million" else ()) for one in BLOCKS])
def test_its_numbers_are_those_of_the_code(name: str) -> None:
    page = PAGE.read_text("utf-8")
    assert f"<!-- made: {name} -->" in page
    assert made(page, name) == page, "docs are stale; run: .venv/bin/python -m tests.docs.test_capacity_page"


@pytest.mark.slow
@pytest.mark.parametrize("name", IMAGES)
def test_its_pictures_are_of_the_same_numbers(name: str) -> None:
    assert f"(images/{name})" in PAGE.read_text("utf-8")
    found = (ROOT / "docs" / "images" / name).read_text("utf-8")
    assert found == IMAGES[name](), "docs are stale; run: .venv/bin/python -m tests.docs.test_capacity_page"


def test_its_options_are_those_of_the_command() -> None:
    page = PAGE.read_text("utf-8")
    for option in command.params:
        if option.name not in {"form", "help"}:
            assert f"`{option.opts[0]}`" in page, option.opts


def test_its_commands_work() -> None:
    page = PAGE.read_text("utf-8")
    commands = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    assert commands
    for line in commands:
        program, *words = shlex.split(line)
        assert program == "ws2sse"
        assert CliRunner().invoke(cli, words, catch_exceptions=False).exit_code == 0


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8"), *BLOCKS), "utf-8")
    for name, draw in IMAGES.items():
        (ROOT / "docs" / "images" / name).write_text(draw(), "utf-8")
