"""Swim-lanes: clients and server, what moves between them on the WebSocket path above, on SSE + POST below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shim.dualrun.report.document import Divergence, Lane
from templates.picture import Box, Curve, Dot, Label, Line, Picture, Shape, fitted

GUTTER: Final = 82
COLUMN: Final = 44
ROW: Final = 28
HEAD: Final = 26
GAP: Final = 18
SERVER: Final = "server"


def draw_lanes(divergence: Divergence) -> Picture:
    lanes, clients = divergence.lanes, divergence.clients
    panel = HEAD + ROW * (len(clients) + 1)
    width = GUTTER + COLUMN * len(lanes) + 8
    height = 2 * panel + GAP + 20
    here = next((number for number, lane in enumerate(lanes) if lane.here), None)
    shapes: list[Shape] = []
    if here is not None:
        shapes.append(Box(GUTTER + COLUMN * here + 2, 2, COLUMN - 4, height - 4, "here", 6))
    shapes += [
        Label(GUTTER + COLUMN * (number + 0.5), 15, str(number + 1), "number" + (" bad" if lane.here else ""), "middle")
        for number, lane in enumerate(lanes)
    ]
    for top, title, legacy in ((20, "WebSocket", True), (20 + panel + GAP, "SSE + POST", False)):
        shapes += _panel(lanes, clients, top, width, title, legacy=legacy)
    found = divergence.difference
    description = f"{len(lanes)} moments of session {found.session}, in causal order, from left to right. " + (
        f"The two paths part at number {here + 1}: {found.detail}" if here is not None else found.detail
    )
    return Picture("lanes", "Swim-lanes around the first divergence", description, width, height, tuple(shapes))


def _panel(
    lanes: Sequence[Lane], clients: Sequence[str], top: float, width: float, title: str, *, legacy: bool
) -> Iterator[Shape]:
    yield Label(4, top + 14, title, "heading")
    rows = {client: top + HEAD + ROW * (number + 0.5) for number, client in enumerate(clients)}
    server = top + HEAD + ROW * (len(clients) + 0.5)
    for name, y in [*rows.items(), (SERVER, server)]:
        yield Line(GUTTER - 6, y, width - 4, y, "lane server" if y == server else "lane")
        yield Label(GUTTER - 12, y + 4, fitted(name, 11), "name", "end")
    for number, lane in enumerate(lanes):
        x = GUTTER + COLUMN * (number + 0.5)
        happened = lane.on_legacy if legacy else lane.on_candidate
        yield from _moment(lane, x, rows.get(lane.client, server), server, happened=happened)


def _moment(lane: Lane, x: float, client: float, server: float, *, happened: bool) -> Iterator[Shape]:
    bad = " bad" if lane.here else ""
    if not happened:
        yield Line(x - 5, client - 5, x + 5, client + 5, "cross bad")
        yield Line(x - 5, client + 5, x + 5, client - 5, "cross bad")
        return
    if client == server:  # time passes, and nobody acts
        yield Dot(x, server, 3.5, "act" + bad)
        return
    start, end = (client, server) if lane.act is not None else (server, client)
    direction = 1 if end > start else -1
    yield Line(x, start, x, end - 7 * direction, ("act" if lane.act is not None else "push") + bad)
    tip = ((x - 4, end - 8 * direction), (x + 4, end - 8 * direction), (x, end - direction))
    yield Curve(tip, "tip" + (" act" if lane.act is not None else " push") + bad, closed=True)
    yield Dot(x, start, 3.5, ("act" if lane.act is not None else "push") + bad)
