"""The picture of who uses what goes, and the words for things in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from checklists.model import Checklist, Named
from checklists.outputs.html.graph import Node, draw
from checklists.referrers.model import Fate, Use
from templates.picture import Picture

MAX_NODES: Final = 70

VERDICTS: Final[dict[str, str]] = {
    "delete": "goes",
    "edit": "is edited",
    "keep": "stays",
    "unknown": "stays until more is known",
}
"""Verdict of a fate -> what becomes of the thing."""


class Names:
    """What people call the things that a checklist speaks of."""

    def __init__(self, checklist: Checklist) -> None:
        self._named: Mapping[str, Named] = {named.arn: named for named in checklist.named}

    def name(self, arn: str) -> str:
        if named := self._named.get(arn):
            return named.name or named.arn
        return arn.removeprefix("code:") if arn.startswith("code:") else arn

    def kind(self, arn: str) -> str:
        """'Lambda Function' for AWS::Lambda::Function."""
        if named := self._named.get(arn):
            return " ".join(named.type.removeprefix("AWS::").split("::"))
        return "code" if arn.startswith("code:") else ""

    def where(self, arn: str) -> str:
        named = self._named.get(arn)
        return f"{named.account}, {named.region}" if named else ""


def draw_users(checklist: Checklist) -> Picture | None:
    """Things with a fate and what uses them. None when nothing uses anything.

    Of more than MAX_NODES things, only those that something else uses too are shown: they are what has to be looked at.
    """
    names = Names(checklist)
    fates = {fate.subject: fate for fate in checklist.fates}
    uses = [use for use in checklist.uses if use.user != use.used]
    shown = _things(uses, fates)
    if len(shown) > MAX_NODES:
        uses = [use for use in uses if _outside(use, fates)]
        shown = _things(uses, fates)[:MAX_NODES]
    if not uses:
        return None
    nodes = [_node(arn, fates.get(arn), names) for arn in shown]
    edges = {(use.user, use.used): "mention" if use.mention else "" for use in uses}
    description = (
        f"{len(nodes)} things; an arrow leads from what uses to what is used, "
        "a dotted one from what only names it and goes on without it."
    )
    return draw("users", "Who uses what", description, nodes, sorted(edges), headings={}, styles=edges)


def _things(uses: list[Use], fates: Mapping[str, Fate]) -> list[str]:
    things = dict.fromkeys(arn for use in uses for arn in (use.user, use.used))
    return sorted(things, key=lambda arn: (arn in fates, arn))


def _outside(use: Use, fates: Mapping[str, Fate]) -> bool:
    """Whether what uses stays, while what it uses was thought to go."""
    user = fates.get(use.user)
    return use.used in fates and (user is None or user.verdict != "delete")


def _node(arn: str, fate: Fate | None, names: Names) -> Node:
    kind = names.kind(arn)
    if fate is None:
        return Node(arn, names.name(arn), " ".join(part for part in (kind, "not ours to touch") if part), "other")
    foot = f"{kind} {VERDICTS[fate.verdict]}".strip()
    return Node(arn, names.name(arn), foot, fate.verdict)
