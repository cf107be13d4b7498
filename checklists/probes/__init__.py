"""From facts to evidence. A probe is a function; the catalogue names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes import code, errors, operations, resources, verified

Probe = Callable[[Facts, Item], Evidence]

_ALL: Final[tuple[Probe, ...]] = (
    code.code_found,
    code.no_new_sites,
    code.clients_moved,
    code.reconnects_removed,
    code.tests_moved,
    errors.errors_reviewed,
    verified.replaced,
    verified.route_moved,
    resources.api_plan,
    resources.table_plan,
    resources.function_plan,
    resources.api_removed,
    resources.resources_removed,
    operations.log_retention,
    operations.dashboards,
    operations.alarms,
    operations.cost_measured,
)
PROBES: Final[Mapping[str, Probe]] = {probe.__name__: probe for probe in _ALL}


def examine(item: Item, facts: Facts) -> Evidence | None:
    """What its probe says of the item; None when it has none."""
    return PROBES[item.probe](facts, item) if item.probe else None
