"""What one client received on both paths, top to bottom: lines join what belongs together, and cross where it moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shim.dualrun.report.document import Event, Timeline
from templates.picture import Anchor, Dot, Label, Line, Picture, Shape, fitted

WIDTH: Final = 560
LEFT: Final = 210
RIGHT: Final = 350
ROW: Final = 20
TOP: Final = 40
CHARACTERS: Final = 30


def draw_timeline(timeline: Timeline) -> Picture:
    moved = set(timeline.moved)
    shapes: list[Shape] = [
        Label(LEFT - 10, 20, "WebSocket", "heading", "end"),
        Label(RIGHT + 10, 20, "SSE + POST", "heading"),
    ]
    for i, j in sorted(timeline.pairs, key=lambda pair: pair in moved):
        shapes.append(Line(LEFT, _y(i), RIGHT, _y(j), "pair bad" if (i, j) in moved else "pair"))
    paired = {i for i, _ in timeline.pairs}, {j for _, j in timeline.pairs}
    out_of_place = {i for i, _ in moved}, {j for _, j in moved}
    shapes += _events(timeline.legacy, LEFT, "end", paired[0], out_of_place[0])
    shapes += _events(timeline.candidate, RIGHT, "start", paired[1], out_of_place[1])
    height = _y(max(len(timeline.legacy), len(timeline.candidate))) + 4
    alone = len(timeline.legacy) - len(paired[0]), len(timeline.candidate) - len(paired[1])
    description = (
        f"What {timeline.client} received in session {timeline.session}: {len(timeline.pairs)} pairs, of which "
        f"{len(moved)} came at another place; {alone[0]} on the WebSocket only, {alone[1]} on SSE + POST only."
    )
    return Picture("timeline", "Paired timeline", description, WIDTH, height, tuple(shapes))


def _y(index: int) -> float:
    return TOP + ROW * index


def _events(events: Sequence[Event], x: float, anchor: Anchor, paired: set[int], moved: set[int]) -> Iterator[Shape]:
    side = -10 if anchor == "end" else 10
    for index, event in enumerate(events):
        style = "bad" if index in moved else "" if index in paired else "alone"
        yield Dot(x, _y(index), 4, f"event {style}".strip())
        yield Label(x + side, _y(index) + 4, fitted(words(event), CHARACTERS), f"message {style}".strip(), anchor)


def words(event: Event) -> str:
    """A message as it is; anything else by its kind and status."""
    if event.kind == "msg":
        return event.text
    status = "" if event.status is None else f" {event.status}"
    return f"({event.kind}{status}) {event.text}".strip()
