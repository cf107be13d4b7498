"""The whole answer for a load: how many nodes, which Redis, what it costs, and what all of that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import Field

from checklists.capacity.assumptions import Assumption, assumptions
from checklists.capacity.constants import Constants, load_constants
from checklists.capacity.demand import Demand
from checklists.capacity.errors import CapacityUnreachable
from checklists.capacity.flat import LEVELS, Flat, Level
from checklists.capacity.kits import with_the_kits
from checklists.capacity.money import after, before, month
from checklists.capacity.simulation.outcome import Event, Outcome
from checklists.capacity.simulation.run import simulate
from checklists.capacity.sizing import SHAPES, Shape, Size, size
from checklists.capacity.to_set import to_set, too_late
from checklists.cost.break_even import break_even
from checklists.cost.break_even import words as break_even_words
from checklists.cost.model import Estimate
from checklists.cost.prices import HOME, Prices, load_prices
from migrator.inventory.record import Record

NEARLY = 0.05
"""A difference of money that is none, with what is known."""


class CapacityPlan(Record):
    """Sizes and costs at the least, the median and the most that acts were measured to cost."""

    demand: Demand
    measured_on: date
    machine: str
    prices_of: date
    own_prices: bool = Field(description="whether any stand in the place of list prices")
    region: str
    sizes: Mapping[Level, Size]
    before: Estimate
    after: Mapping[Level, Estimate]
    words: str = Field(description="one sentence: how much goes up or down, honestly")
    break_even: str = Field(description="one sentence: from which load on the new path is cheaper")
    broadcast: str = Field(default="", description="what one broadcast in the place of a loop would change")
    simulated: tuple[Outcome, ...] = Field(default=(), description="of the size at the median")
    warnings: tuple[str, ...] = ()
    kits: tuple[str, ...] = Field(default=(), description="what `ws2sse deploy` makes of it, and what else it takes")
    assumptions: tuple[Assumption, ...] = ()

    @property
    def size(self) -> Size:
        return self.sizes["median"]


def plan(
    demand: Demand,
    *,
    constants: Constants | None = None,
    prices: Prices | None = None,
    region: str = HOME,
    shapes: tuple[Shape, ...] = SHAPES,
    events: Sequence[Event] = (),
    seed: int = 1,
) -> CapacityPlan:
    """`prices`: with some of one's own; None: the list prices. `shapes`: of which the cheapest is taken. `events`: what
    is simulated. Raises CapacityUnreachable."""
    own_prices = prices is not None
    constants, prices = constants or load_constants(), prices or load_prices()
    flats = {level: Flat(constants, level) for level in LEVELS}
    flat = flats["median"]
    shape = cheapest(flat, demand, shapes, prices, region).shape
    sizes = {level: size(flats[level], demand, shape) for level in LEVELS}
    costs = {level: after(demand, sizes[level], prices, region) for level in LEVELS}
    old = before(demand, prices, region)
    simulated = tuple(simulate(flat, demand, sizes["median"], event, seed=seed) for event in events)
    return CapacityPlan(
        demand=demand,
        measured_on=constants.measured_on,
        machine=constants.machine,
        prices_of=prices.read_on,
        own_prices=own_prices,
        region=region,
        sizes=sizes,
        before=old,
        after=costs,
        words=_words(old.usd, {level: one.usd for level, one in costs.items()}),
        break_even=_break_even(demand, flat, shapes, prices, region),
        broadcast=_broadcast(demand, flat, shapes, prices, region, costs["median"].usd),
        simulated=simulated,
        kits=tuple(with_the_kits(demand, sizes["median"])),
        warnings=(*to_set(demand, sizes["median"]), *too_late(demand, simulated)),
        assumptions=tuple(assumptions(demand, constants, own_prices=own_prices)),
    )


def cheapest(flat: Flat, demand: Demand, shapes: tuple[Shape, ...], prices: Prices, region: str) -> Size:
    """The first of several that cost the same. Raises CapacityUnreachable when none carries it."""
    found: list[Size] = []
    unreachable: CapacityUnreachable | None = None
    for shape in shapes:
        try:
            found.append(size(flat, demand, shape))
        except CapacityUnreachable as error:
            unreachable = error
    if not found:
        assert unreachable is not None
        raise unreachable
    return min(found, key=lambda one: after(demand, one, prices, region).usd)


def _words(old: float, new: Mapping[Level, float]) -> str:
    middle = new["median"]
    least, most = _usd(new["least"]), _usd(new["most"])
    span = f" ({least} to {most} by what was measured)" if least != most else ""
    from_to = f"{_usd(old)} a month on API Gateway, {_usd(middle)} on nodes{span}"
    if abs(middle - old) <= NEARLY * max(middle, old):
        return f"It costs about the same: {from_to}."
    if middle > old:
        return f"It costs {_usd(middle - old)} a month more: {from_to}. The move does not save money at this load."
    if new["most"] > old:
        return f"It may cost {_usd(old - middle)} a month less, or more: {from_to}."
    return f"It costs {_usd(old - middle)} a month less: {from_to}."


def _break_even(demand: Demand, flat: Flat, shapes: tuple[Shape, ...], prices: Prices, region: str) -> str:
    def new(factor: float) -> float:
        grown = demand.scaled(factor)
        try:
            return after(grown, cheapest(flat, grown, shapes, prices, region), prices, region).usd
        except CapacityUnreachable:
            return 2 * new(factor / 2)  # what one service doesn't carry, two do

    factor = break_even(lambda factor: before(demand.scaled(factor), prices, region).usd, new)
    return break_even_words(factor, month(demand))


def _broadcast(demand: Demand, flat: Flat, shapes: tuple[Shape, ...], prices: Prices, region: str, now: float) -> str:
    if demand.pushed == "broadcast" or demand.fan_out == 1:
        return ""
    other = demand.model_copy(update={"pushed": "broadcast"})
    try:
        found = cheapest(flat, other, shapes, prices, region)
    except CapacityUnreachable as error:
        return f"One broadcast in the place of the loop would not do: {error}"
    usd = after(other, found, prices, region).usd
    return (
        f"With one broadcast for each push, in the place of a loop, it would be {found.nodes.nodes} nodes of "
        f"{found.shape.vcpu:g} vCPU, {found.redis.operations_s:,.0f} operations of Redis a second, {_usd(usd)} a month"
        f"{'' if usd < now else ', which is no less'}."
    )


def _usd(value: float) -> str:
    return f"${value:,.2f}" if value < 100 else f"${value:,.0f}"
