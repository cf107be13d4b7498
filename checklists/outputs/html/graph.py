"""Boxes with words, joined by lines that lead down."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checklists.outputs.html.layers import Edge, Layout, Spot, arrange
from templates.picture import Bend, Box, Curve, Label, Line, Link, Picture, Shape, fitted

WIDTH: Final = 178.0
HEIGHT: Final = 58.0
GAP: Final = 18.0
DROP: Final = 40.0
"""From the foot of a row to the head of the next."""

MARGIN: Final = 8.0
GUTTER: Final = 132.0
"""Left of the boxes, for the headings."""

ACROSS: Final = 6
LETTERS: Final = 23
"""That fit into a line of a box."""


@dataclass(frozen=True)
class Node:
    """style: a class of the style sheet. foot: one line below the title. target: '' when it leads nowhere."""

    id: str
    title: str
    foot: str
    style: str
    target: str = ""
    stage: int = 0


def draw(
    name: str,
    title: str,
    description: str,
    nodes: Sequence[Node],
    edges: Collection[Edge],
    *,
    headings: Mapping[int, str],
    styles: Mapping[Edge, str] | None = None,
) -> Picture:
    """`headings`: stage -> what stands above its first row. `styles`: of edges, where they have one."""
    stage = {node.id: node.stage for node in nodes}
    layout = arrange([node.id for node in nodes], edges, stage=stage, across=ACROSS, width=WIDTH, gap=GAP)
    left = (GUTTER if headings else 0.0) + MARGIN
    width, height = left + layout.width + MARGIN, _top(layout.rows) - DROP + MARGIN
    shapes: list[Shape] = []
    for row, words in _headings(nodes, layout, headings):
        y = _top(row) - DROP / 2
        shapes += [Line(MARGIN, y, width - MARGIN, y, "band")] if row else []
        lines = textwrap.wrap(words, 19, max_lines=3, placeholder="…")
        shapes += [Label(MARGIN, _top(row) + 14 + 16 * number, line, "heading") for number, line in enumerate(lines)]
    for way, ends in zip(layout.ways, layout.edges, strict=True):
        shapes += _edge(way, left, (styles or {}).get(ends, ""))
    for node in nodes:
        shapes += _node(node, layout.spots[node.id], left)
    return Picture(name, title, description, width, height, tuple(shapes))


def _top(row: int) -> float:
    return MARGIN + row * (HEIGHT + DROP)


def _headings(nodes: Sequence[Node], layout: Layout, headings: Mapping[int, str]) -> list[tuple[int, str]]:
    """Row and words, where a stage begins."""
    first: dict[int, int] = {}
    for node in nodes:
        row = layout.spots[node.id].row
        first[row] = min(first.get(row, node.stage), node.stage)
    said, found = -1, []
    for row in sorted(first):
        if first[row] > said and first[row] in headings:
            found.append((row, headings[first[row]]))
        said = max(said, first[row])
    return found


def _edge(way: Sequence[Spot], left: float, style: str) -> list[Shape]:
    shapes: list[Shape] = []
    x, y = way[0].x + left, _top(way[0].row) + HEIGHT
    for spot in way[1:-1]:
        here, top = spot.x + left, _top(spot.row)
        shapes += [Bend(x, y, here, top, f"edge {style}"), Line(here, top, here, top + HEIGHT, f"edge {style}")]
        x, y = here, top + HEIGHT
    end, top = way[-1].x + left, _top(way[-1].row)
    tip = ((end - 4, top - 7), (end + 4, top - 7), (end, top))
    return [*shapes, Bend(x, y, end, top - 6, f"edge {style}"), Curve(tip, "tip", closed=True)]


def _node(node: Node, spot: Spot, left: float) -> tuple[Shape, ...]:
    x, y = spot.x - WIDTH / 2 + left, _top(spot.row)
    lines = textwrap.wrap(fitted(node.title, 2 * LETTERS), LETTERS, max_lines=2, placeholder="…") or [""]
    shapes: tuple[Box | Label, ...] = (
        Box(x, y, WIDTH, HEIGHT, f"node {node.style}", 6),
        Box(x, y, 5, HEIGHT, f"strip {node.style}", 2),
        *(Label(x + 13, y + 17 + 15 * number, line, "title") for number, line in enumerate(lines)),
        Label(x + 13, y + HEIGHT - 8, fitted(node.foot, LETTERS + 3), "foot"),
    )
    return (Link(node.target, f"{node.title}: {node.foot}", shapes),) if node.target else shapes
