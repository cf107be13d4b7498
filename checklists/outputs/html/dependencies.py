"""The picture of what waits for what."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from checklists.model import LOUD, Checklist, Entry
from checklists.outputs.html.graph import Node, draw
from checklists.outputs.words import STATUS_NAMES
from checklists.phases import PHASES
from templates.picture import Picture

MAX_NODES: Final = 90
"""Boxes that a reader can still follow."""

ALIKE: Final = 3
"""So many items with the same neighbours, phase and status become one box."""


def draw_dependencies(checklist: Checklist) -> Picture | None:
    """Items that wait for something or that something waits for; alike ones in one box. None when there are none.

    Of more than MAX_NODES boxes, those that are settled are left out first, then the latest.
    """
    boxes = _boxes(checklist)
    if not boxes:
        return None
    dropped = len(boxes) - MAX_NODES
    if dropped > 0:
        boxes = sorted(sorted(boxes, key=lambda box: box[0].settled)[:MAX_NODES], key=lambda box: _phase(box[0]))
    of = {entry.item.id: box[0].item.id for box in boxes for entry in box}
    edges = {
        (of[before], of[entry.item.id])
        for box in boxes
        for entry in box
        for before in entry.item.depends_on
        if before in of and of[before] != of[entry.item.id]
    }
    nodes = [_node(box) for box in boxes]
    description = (
        f"{sum(map(len, boxes))} items in {len(nodes)} boxes; {len(edges)} times one waits for another. "
        "Time runs downwards, phase by phase; an arrow leads from what comes first."
    )
    if dropped > 0:
        description += f" {dropped} boxes are left out."
    headings = {PHASES.index(phase.name): f"{phase.number} {phase.title}" for phase in checklist.phases}
    return draw("dependencies", "What waits for what", description, nodes, sorted(edges), headings=headings)


def _boxes(checklist: Checklist) -> list[list[Entry]]:
    waited_for = defaultdict(list)
    known = {entry.item.id for entry in checklist.entries}
    for entry in checklist.entries:
        for before in entry.item.depends_on:
            waited_for[before].append(entry.item.id)
    alike: dict[object, list[Entry]] = defaultdict(list)
    for entry in checklist.entries:
        held = tuple(one for one in entry.item.depends_on if one in known)
        if held or waited_for[entry.item.id]:
            alike[entry.item.phase, entry.status, held, tuple(waited_for[entry.item.id])].append(entry)
    boxes = []
    for entries in alike.values():
        boxes += [entries] if len(entries) >= ALIKE else [[entry] for entry in entries]
    place = {entry.item.id: number for number, entry in enumerate(checklist.entries)}
    return sorted(boxes, key=lambda box: (_phase(box[0]), place[box[0].item.id]))


def _node(box: list[Entry]) -> Node:
    first = box[0]
    alike = f"{len(box)} alike, " if len(box) > 1 else ""
    late = any(entry.overdue_days for entry in box)
    foot = alike + STATUS_NAMES[first.status] + (", overdue" if late else "")
    style = "late" if late and first.status not in LOUD else first.status
    return Node(first.item.id, first.item.title, foot, style, target=first.item.id, stage=_phase(first))


def _phase(entry: Entry) -> int:
    return PHASES.index(entry.item.phase)
