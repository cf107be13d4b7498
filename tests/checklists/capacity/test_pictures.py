"""A picture shows what its words say, and is a file that can be read."""

from __future__ import annotations

from xml.etree import ElementTree

from checklists.capacity.flat import Flat
from checklists.capacity.pictures import HEIGHT, LEFT, RIGHT, WIDTH, draw_cost, draw_outcome, svg
from checklists.capacity.plan import plan
from checklists.capacity.simulation.run import simulate
from checklists.capacity.sizing import Shape, size
from templates.picture import Curve, Label, Picture
from tests.checklists.capacity.stand import constants, demand


def parsed(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(svg(picture))


def test_clients_are_all_away_at_first_and_back_at_the_end():
    load = demand(connections=20_000)
    found = simulate(Flat(constants()), load, size(Flat(constants()), load, Shape(vcpu=1, memory_gb=2)), "node-loss")
    picture = draw_outcome(found)
    away = next(one for one in picture.shapes if isinstance(one, Curve) and one.style == "first")
    heights = [y for _, y in away.points]
    assert heights[0] == min(heights)
    assert heights[-1] == max(heights) < HEIGHT
    assert all(LEFT <= x <= WIDTH - RIGHT for x, _ in away.points)
    assert picture.description == found.words
    assert [name.text for name in picture.shapes if isinstance(name, Label)][-3:] == [
        "clients away",
        "busiest node",
        "Redis",
    ]
    assert parsed(picture).tag == "{http://www.w3.org/2000/svg}svg"


def test_where_the_lines_cross_is_said():
    loads = [demand(connections=count, pushes_s=count / 100, received_s=count / 100) for count in (100, 1_000, 10_000)]
    plans = [plan(load, constants=constants()) for load in loads]
    picture = draw_cost(plans)
    cheaper = next(one for one in plans if one.after["median"].usd <= one.before.usd)
    assert f"cost less from about {cheaper.demand.connections:,} connections on" in picture.description
    assert {"100", "1,000", "10,000"} <= {one.text for one in picture.shapes if isinstance(one, Label)}
    assert len([one for one in parsed(picture).iter() if one.tag.endswith("polyline")]) == 2
