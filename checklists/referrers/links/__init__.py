"""Who uses what: one file a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from checklists.aws.estate import Estate
from checklists.referrers.index import Index
from checklists.referrers.links import (
    alarms,
    aliases,
    apis,
    code,
    dashboards,
    distributions,
    domains,
    event_sources,
    events,
    fronts,
    function_policies,
    function_urls,
    logs,
    mentions,
    roles,
    stacks,
    statements,
    tables,
    topics,
)
from checklists.referrers.model import Use
from migrator.inventory.model import Inventory

LINKS: Final[tuple[Callable[[Index], Iterator[Use]], ...]] = (
    apis.find,
    function_policies.find,
    event_sources.find,
    function_urls.find,
    aliases.find,
    events.find,
    topics.find,
    mentions.find,
    statements.find,
    roles.find,
    tables.find,
    domains.find,
    distributions.find,
    alarms.find,
    dashboards.find,
    logs.find,
    stacks.find,
)


def links(estate: Estate, inventory: Inventory | None = None) -> tuple[Use, ...]:
    """Every use that the estate tells of, each once, sorted; with an inventory also the places in the code."""
    index = Index(estate)
    found = {one for find in LINKS for one in find(index)}
    found |= set(fronts.through(index, found))
    if inventory is not None:
        found.update(code.find(index, inventory))
    found = {one for one in found if one.user != one.used}
    return tuple(sorted(found, key=lambda one: (one.used, one.user, one.kind, one.detail, one.mention)))
