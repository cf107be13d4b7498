"""Pictures for the docs: how clients come back, and what both paths cost from few connections to many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log10
from typing import Final

from checklists.capacity.demand import Demand
from checklists.capacity.plan import CapacityPlan
from checklists.capacity.simulation.outcome import Outcome
from templates import render
from templates.picture import Curve, Label, Line, Picture, Shape

WIDTH: Final = 640.0
HEIGHT: Final = 280.0
LEFT: Final = 64.0
RIGHT: Final = 120.0
TOP: Final = 20.0
BOTTOM: Final = 44.0

Points = Sequence[tuple[float, float]]


def svg(picture: Picture) -> str:
    """A file of its own, for light and dark."""
    return render("picture.svg.html.j2", picture=picture)


def draw_outcome(outcome: Outcome) -> Picture:
    """Who is away, and how busy the busiest node and Redis are, by the second."""
    most_s = max((one.second for one in outcome.moments), default=0.0) or 1.0
    most_away = max((one.away for one in outcome.moments), default=0) or 1

    def x(second: float) -> float:
        return _along(second / most_s)

    lines = {
        "clients away": [(x(one.second), _up(one.away / most_away)) for one in outcome.moments],
        "busiest node": [(x(one.second), _up(one.node_busy)) for one in outcome.moments],
        "Redis": [(x(one.second), _up(one.redis_busy)) for one in outcome.moments],
    }
    up = [(_up(share), f"{share:.0%}") for share in (0.0, 0.5, 1.0)]
    along = [(x(most_s * share), f"{most_s * share:.3g} s") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    named = f"after a {outcome.event}; 100 % of clients are {most_away:,}"
    shapes = (*_axes(up, along, named), *_curves(lines))
    return Picture(f"capacity-{outcome.event}", outcome.event, outcome.words, WIDTH, HEIGHT, shapes)


def draw_cost(plans: Sequence[CapacityPlan]) -> Picture:
    """Dollars a month of both paths, by connections; both axes by powers of ten. `plans`: from few to many."""
    few, many = plans[0].demand.connections, plans[-1].demand.connections
    dollars = [usd for one in plans for usd in (one.before.usd, *(cost.usd for cost in one.after.values()))]
    low, high = 10 ** int(log10(min(dollars))), 10 ** (int(log10(max(dollars))) + 1)

    def x(demand: Demand) -> float:
        return _along(log10(demand.connections / few) / log10(many / few))

    def y(usd: float) -> float:
        return _up(log10(usd / low) / log10(high / low))

    lines = {
        "API Gateway": [(x(one.demand), y(one.before.usd)) for one in plans],
        "nodes and Redis": [(x(one.demand), y(one.after["median"].usd)) for one in plans],
    }
    steps = round(log10(high / low))
    up = [(_up(step / steps), f"${low * 10**step:,}") for step in range(steps + 1)]
    shown = [one for one in plans if log10(one.demand.connections) % 1 == 0]
    along = [(x(one.demand), f"{one.demand.connections:,}") for one in shown]
    cheaper = next((one for one in plans if one.after["median"].usd <= one.before.usd), None)
    at = f"from about {cheaper.demand.connections:,} connections on" if cheaper else "nowhere"
    description = f"A month of both paths by connections. Nodes and Redis cost less {at}."
    shapes = (*_axes(up, along, "connections"), *_curves(lines))
    return Picture("capacity-cost", "What both paths cost", description, WIDTH, HEIGHT, shapes)


def _along(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _axes(up: Sequence[tuple[float, str]], along: Sequence[tuple[float, str]], named: str) -> Iterator[Shape]:
    for y, text in up:
        yield Line(LEFT, y, WIDTH - RIGHT, y, "grid")
        yield Label(LEFT - 8, y + 4, text, "mark-of-axis", "end")
    for x, text in along:
        yield Label(x, HEIGHT - BOTTOM + 16, text, "mark-of-axis", "middle")
    yield Line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis")
    yield Label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, named, "mark-of-axis", "middle")


def _curves(lines: Mapping[str, Points]) -> Iterator[Shape]:
    """Each with its name at the right, one below the other."""
    for number, (style, (name, points)) in enumerate(zip(("first", "second", "third"), lines.items(), strict=False)):
        yield Curve(tuple(points), style)
        yield Label(WIDTH - RIGHT + 10, TOP + 14 + 18 * number, name, style)
