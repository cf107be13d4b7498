"""What each item saves, where the cost of its thing was measured."""

from __future__ import annotations

from collections import defaultdict

from checklists.facts import Live
from checklists.model import Item


def with_savings(items: tuple[Item, ...], live: Live | None) -> tuple[Item, ...]:
    """An item that deletes a thing saves what the lines of that thing cost a month."""
    if live is None or live.cost is None or live.cost.before is None:
        return items
    costs: dict[str, float] = defaultdict(float)
    for line in live.cost.before.lines:
        if line.subject:
            costs[line.subject] += line.usd
    return tuple(
        item.model_copy(update={"saves_usd_month": round(costs[item.subject], 2)})
        if item.probe == "thing_gone" and item.subject in costs
        else item
        for item in items
    )
