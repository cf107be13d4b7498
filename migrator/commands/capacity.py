"""`ws2sse capacity`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from pydantic import ValidationError

from checklists.capacity.constants import load_constants
from checklists.capacity.demand import Demand
from checklists.capacity.errors import DemandInvalid
from checklists.capacity.plan import plan
from checklists.capacity.report import to_text
from checklists.capacity.simulation.run import EVENTS
from checklists.capacity.sizing import SHAPES, shape_of
from checklists.capacity.surveyed import surveyed
from checklists.cost.prices import HOME, load_prices
from checklists.looking import read_estate
from migrator.commands.options import FILE_PATH, format_option
from migrator.commands.quantities import Count, Minutes, Rate, Share, Size
from migrator.console import say

ALL: Final = -1
"""Instead of a number of connections."""


class AllOrCount(Count):
    """How many, or `all` connections."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return ALL if value in {"all", ALL} else super().convert(value, param, ctx)


@click.command("capacity")
@click.option("--connections", type=Count(), help="At once, at the peak: 50000, 50k or 1M.")
@click.option(
    "--pushes", type=Rate(), help="How often it sends: 200/s, 12k/min, 3M/month; a second, without a unit. Default: 0."
)
@click.option(
    "--estate",
    type=FILE_PATH,
    help="A survey that `ws2sse checklist --aws --save-estate` wrote: its load, in the place of these two.",
)
@click.option(
    "--fan-out", type=AllOrCount(), default=1, help="Connections that each push goes to, or `all`. Default: 1."
)
@click.option(
    "--pushed",
    type=click.Choice(("loop", "broadcast")),
    default="loop",
    show_default=True,
    help="How a push goes to several: one by one, as code for API Gateway does, or as one broadcast.",
)
@click.option("--message-size", type=Size(), default="1KB", show_default=True, help="Payload of a push.")
@click.option("--received", type=Rate(), help="Messages of clients. Default: as often as it sends.")
@click.option("--life", type=Minutes(), default="2h", show_default=True, help="How long a connection lasts.")
@click.option(
    "--average", type=Share(), default="100%", show_default=True, help="What a month has on average of the peak."
)
@click.option(
    "--handlers",
    type=click.Choice(("nodes", "lambda")),
    default="nodes",
    show_default=True,
    help="Where handlers run: in the nodes, as migrated, or at Lambda as before.",
)
@click.option(
    "--vcpu", type=float, help="Of a Fargate task: 0.25, 0.5 or 1; needs --memory. Default: what costs least."
)
@click.option("--memory", type=float, help="GB of a task; needs --vcpu.")
@click.option("--region", help=f"Whose prices are taken. Default: that of the survey, or {HOME}.")
@click.option("--prices", "prices_path", type=FILE_PATH, help="Prices of your own, in the place of the list prices.")
@click.option(
    "--constants", "constants_path", type=FILE_PATH, help="What acts cost on your machine, as measured there."
)
@click.option(
    "--simulate",
    "events",
    multiple=True,
    type=click.Choice((*EVENTS, "all")),
    help="What goes wrong at once; may come several times.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the simulation.")
@format_option("text", "json")
def command(
    connections: int | None,
    pushes: float | None,
    estate: Path | None,
    fan_out: int,
    pushed: str,
    message_size: int,
    received: float | None,
    life: float,
    average: float,
    handlers: str,
    vcpu: float | None,
    memory: float | None,
    region: str | None,
    prices_path: Path | None,
    constants_path: Path | None,
    events: tuple[str, ...],
    seed: int,
    form: str,
) -> None:
    """Reckons what a load takes: nodes, their memory and vCPU, Redis, and a month's cost beside that of API Gateway.

    From costs of single acts that were measured, and their spread; everything else that it rests on is listed.

    \b
    Examples:
      ws2sse capacity --connections 50000 --pushes 200/s --fan-out 20
      ws2sse capacity --connections 1M --pushes 2/s --fan-out all --pushed broadcast --simulate all
    """
    if (vcpu is None) != (memory is None):
        raise click.UsageError("--vcpu and --memory say a task's size together: give both, or neither.")
    if (connections is None) == (estate is None):
        raise click.UsageError("Say how many --connections there are, or give a survey with --estate.")
    same = {
        "pushed": pushed,
        "message_bytes": message_size,
        "life_minutes": life,
        "average": average,
        "handlers": handlers,
    }
    if estate is not None:
        if pushes is not None or received is not None:
            raise click.UsageError("--estate tells what was sent and received: leave out --pushes and --received.")
        if fan_out == ALL:
            raise click.UsageError("--estate does not tell a push to all from others: give --fan-out a number.")
        _demand(connections=1, pushes_s=0.0, received_s=0.0, **same)  # the survey is divided by some of these
        counted = surveyed(estate, read_estate(estate), life_minutes=life, fan_out=fan_out, average=average)
        for gap in counted.gaps:
            say(gap)
        connections, pushes, received = counted.connections, counted.pushes_s, counted.received_s
        region = region or counted.region
    pushes = pushes or 0.0
    demand = _demand(
        connections=connections,
        pushes_s=pushes,
        fan_out=connections if fan_out == ALL else fan_out,
        received_s=pushes if received is None else received,
        **same,
    )
    shapes = SHAPES if vcpu is None or memory is None else (shape_of(vcpu, memory),)
    made = plan(
        demand,
        constants=load_constants(constants_path),
        prices=None if prices_path is None else load_prices(prices_path),
        region=region or HOME,
        shapes=shapes,
        events=[event for event in EVENTS if event in events or "all" in events],
        seed=seed,
    )
    click.echo(made.model_dump_json(indent=2) if form == "json" else to_text(made).rstrip("\n"))


def _demand(**given: object) -> Demand:
    try:
        return Demand.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = first["msg"].removeprefix("Value error, ").replace("Input should be", "has to be")
        raise DemandInvalid(".".join(map(str, first["loc"])), problem) from None
