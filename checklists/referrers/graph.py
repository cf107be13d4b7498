"""The referrer graph as a picture: nodes in columns, edges between them, the same for the same input.

A column is how many uses lead to a thing from the APIs. Who comes from outside stands left of what it uses. Plain data:
whoever draws it decides on sizes and colours.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from checklists.aws.estate import Estate
from checklists.referrers.index import Index
from checklists.referrers.model import Fate, Use, UseKind, Verdict
from migrator.inventory.record import Record

Standing = Verdict | Literal["outside"]
MOST_NODES = 400
"""Of a picture that somebody can still read; of more, those that go unremarkably are left out first."""
_SWEEPS = 4


class Node(Record):
    arn: str = Field(description="ARN, or what a use calls a user that is no thing")
    label: str
    type: str = Field(description="CloudFormation's name; '' for what is no thing of the estate")
    standing: Standing = Field(description="the verdict; 'outside' for users that have no fate")
    why: str = ""
    column: int = Field(description="0-based, from the left")
    row: int = Field(description="0-based in its column, from the top")


class Edge(Record):
    """From the user to what it uses."""

    source: str
    target: str
    kinds: tuple[UseKind, ...]
    mention: bool = Field(description="True: every use of it is a mention")


class Picture(Record):
    nodes: tuple[Node, ...] = Field(description="by column and row")
    edges: tuple[Edge, ...]
    left_out: int = Field(default=0, description="nodes that there was no room for")


def picture(estate: Estate, uses: Iterable[Use], fates: Iterable[Fate], *, most: int = MOST_NODES) -> Picture:
    """Of everything that has a fate, and of all who use any of it."""
    index, judged = Index(estate), {fate.subject: fate for fate in fates}
    shown = {arn for arn in judged if index.owner(arn) == arn}
    joined: defaultdict[tuple[str, str], list[Use]] = defaultdict(list)
    for one in uses:
        user, used = index.owner(one.user), index.owner(one.used)
        if used in shown and user != used and (not one.mention or user in shown or user.startswith("code:")):
            joined[user, used].append(one)
    nodes = shown | {user for user, _ in joined}
    starts = {arn for arn in nodes if _starts(index, judged, arn)}
    drawn = _most_telling(nodes, judged, joined, starts, most)
    edges = {ends: found for ends, found in joined.items() if set(ends) <= drawn}
    columns = _columns(drawn, edges, starts & drawn)
    rows = _rows(columns, edges)
    placed = [
        Node(
            arn=arn,
            label=_label(index, arn),
            type=thing.type if (thing := estate.thing(arn)) else "",
            standing=judged[arn].verdict if arn in judged else "outside",
            why=judged[arn].why if arn in judged else "",
            column=columns[arn],
            row=rows[arn],
        )
        for arn in drawn
    ]
    return Picture(
        nodes=tuple(sorted(placed, key=lambda node: (node.column, node.row))),
        edges=tuple(
            Edge(
                source=user,
                target=used,
                kinds=tuple(sorted({one.kind for one in found})),
                mention=all(one.mention for one in found),
            )
            for (user, used), found in sorted(edges.items())
        ),
        left_out=len(nodes) - len(drawn),
    )


def _most_telling(
    nodes: set[str], judged: Mapping[str, Fate], edges: Iterable[tuple[str, str]], starts: set[str], most: int
) -> set[str]:
    """What others use comes before what simply goes; of that, one API with all that is its before the next."""
    edges = tuple(edges)
    contested = {used for user, used in edges if user not in judged}
    order = {"keep": 0, "edit": 0, "unknown": 1, "delete": 3}
    home = _homes(edges, starts)

    def rank(arn: str) -> tuple[int, str, str]:
        first = 0 if arn in contested else order[judged[arn].verdict] if arn in judged else 2
        return first, home.get(arn, ""), arn

    return set(sorted(nodes, key=rank)[:most])


def _homes(edges: Iterable[tuple[str, str]], starts: set[str]) -> dict[str, str]:
    """The first of the APIs that a thing hangs together with."""
    near: defaultdict[str, list[str]] = defaultdict(list)
    for user, used in edges:
        near[user].append(used)
        near[used].append(user)
    home: dict[str, str] = {}
    for start in sorted(starts):
        waiting = [start]
        while waiting:
            arn = waiting.pop()
            if arn not in home and (arn == start or arn not in starts):
                home[arn] = start
                waiting.extend(near[arn])
    return home


def _starts(index: Index, judged: Mapping[str, Fate], arn: str) -> bool:
    thing = index.estate.thing(arn)
    return arn in judged and thing is not None and thing.is_websocket_api


def _columns(nodes: set[str], edges: Mapping[tuple[str, str], list[Use]], starts: set[str]) -> dict[str, int]:
    """Fewest uses from an API; what is about a thing stands right of it, who else uses it left of it."""
    forward: defaultdict[str, list[str]] = defaultdict(list)
    for (user, used), found in sorted(edges.items()):
        if all(one.mention for one in found):
            forward[used].append(user)
        else:
            forward[user].append(used)
    columns: dict[str, int] = {}
    waiting = deque((arn, 1) for arn in sorted(starts))
    while waiting:
        arn, column = waiting.popleft()
        if arn in columns:
            continue
        columns[arn] = column
        waiting.extend((one, column + 1) for one in forward[arn])
    for arn in sorted(nodes - columns.keys()):
        reached = [columns[target] for target in forward[arn] if target in columns]
        columns[arn] = max(min(reached) - 1, 0) if reached else 0
    first = min(columns.values(), default=0)
    return {arn: column - first for arn, column in columns.items()}


def _rows(columns: Mapping[str, int], edges: Mapping[tuple[str, str], list[Use]]) -> dict[str, int]:
    """Each node near the middle of its neighbours in the column before, and then in the one after."""
    layers: defaultdict[int, list[str]] = defaultdict(list)
    for arn in sorted(columns):
        layers[columns[arn]].append(arn)
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for user, used in edges:
        neighbours[user].append(used)
        neighbours[used].append(user)
    rows = {arn: row for layer in layers.values() for row, arn in enumerate(layer)}
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for column in sorted(layers, reverse=step < 0):
            near = {
                arn: [rows[one] for one in neighbours[arn] if columns[one] == column - step] for arn in layers[column]
            }
            layers[column].sort(key=lambda arn: (sum(near[arn]) / len(near[arn]) if near[arn] else rows[arn], arn))
            rows |= {arn: row for row, arn in enumerate(layers[column])}
    return rows


def _label(index: Index, arn: str) -> str:
    thing = index.estate.thing(arn)
    return (thing.name or thing.id) if thing is not None else arn
