"""The picture of who uses what goes, and the words for things in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from checklists.aws.nouns import noun
from checklists.model import Checklist, Named
from checklists.outputs.html import graph
from checklists.referrers.graph import Node, Standing
from templates.picture import Picture

STANDINGS: Final[dict[Standing, str]] = {
    "delete": "goes",
    "edit": "is edited",
    "keep": "stays",
    "unknown": "stays: not known",
    "outside": "is not ours",
}
"""What becomes of a thing."""

LOTS: Final[dict[Standing, str]] = {
    "delete": "go",
    "edit": "are edited",
    "keep": "stay",
    "unknown": "stay until more is known",
}
"""The same of several."""


class Names:
    """What people call the things that a checklist speaks of."""

    def __init__(self, checklist: Checklist) -> None:
        self._named: Mapping[str, Named] = {named.arn: named for named in checklist.named}

    def name(self, arn: str) -> str:
        named = self._named.get(arn)
        return named.name if named and named.name else arn.removeprefix("code:")

    def kind(self, arn: str) -> str:
        named = self._named.get(arn)
        return noun(named.type) if named else ""

    def where(self, arn: str) -> str:
        named = self._named.get(arn)
        return f"{named.account}, {named.region}" if named else ""


def draw_users(checklist: Checklist) -> Picture | None:
    """Things with a fate and what uses them. None when nothing uses anything."""
    found = checklist.graph
    if found is None or not found.edges:
        return None
    joined = {end for edge in found.edges for end in (edge.source, edge.target)}
    nodes = [_node(node) for node in found.nodes if node.arn in joined]
    edges = {(edge.source, edge.target): "mention" if edge.mention else "" for edge in found.edges}
    description = (
        f"{len(nodes)} things that use each other; an arrow leads from what uses to what is used, "
        "a dotted one from what only names it and goes on without it."
    )
    if found.left_out:
        description += f" {found.left_out} more are left out."
    return graph.draw("users", "Who uses what", description, nodes, sorted(edges), headings={}, styles=edges)


def _node(node: Node) -> graph.Node:
    foot = f"{noun(node.type)} {STANDINGS[node.standing]}".strip()
    return graph.Node(node.arn, node.label.removeprefix("code:"), foot, node.standing)
