"""From facts to evidence. A probe is a function with a declaration; the catalogue names it."""

from __future__ import annotations

from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes import (
    alarms,
    code,
    cost,
    errors,
    idle,
    inventory,
    leftovers,
    logs,
    resources,
    things,
    verified,
)
from checklists.probes.probe import PROBES, Probe

__all__ = ["PROBES", "Probe", "alarms", "code", "cost", "errors", "examine", "idle", "inventory", "leftovers", "logs"]
__all__ += ["resources", "things", "verified"]


def examine(item: Item, facts: Facts) -> Evidence | None:
    """What its probe says of the item; None when it has none."""
    return PROBES[item.probe].ask(facts, item) if item.probe else None
