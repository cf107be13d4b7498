"""From the outcomes of all sites to one row a route, across server, clients and infrastructure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.model import Api, Client, Inventory
from migrator.inventory.outcome import STATUSES, Outcome
from migrator.rewrite.edit import InfraFile, RouteLevel

EVERY_CLIENT = frozenset({"$connect", "$disconnect"})
"""Routes that a client takes whatever it sends."""
FUNCTIONLESS = "no function stands behind it: it is not served by the new application"


def plan_by_route(
    inventory: Inventory,
    levels: Sequence[RouteLevel],
    outcomes: Iterable[Outcome],
    infrastructure: Sequence[InfraFile] = (),
) -> tuple[tuple[RoutePlan, ...], UnknownSenders]:
    """A row for each route of each API, in the order of the inventory."""
    outcomes = tuple(outcomes)
    done = {o.site.id: _is_done(o) for o in outcomes if o.site.kind == "client"}
    served = {(level.api, level.key): level for level in levels}
    rows = [
        _row(inventory, api, key, handler, served.get((api.id, key)), outcomes, done, infrastructure)
        for api in inventory.apis
        for key, handler in _keys(api)
    ]
    unknown = [client for client in inventory.clients if not client.sends]
    return tuple(rows), UnknownSenders(clients=len(unknown), clients_done=_number_done(unknown, done))


def _row(
    inventory: Inventory,
    api: Api,
    key: str,
    handler: str | None,
    level: RouteLevel | None,
    outcomes: Sequence[Outcome],
    done: dict[str, bool],
    infrastructure: Sequence[InfraFile],
) -> RoutePlan:
    clients = [client for client in inventory.clients if key in EVERY_CLIENT or key in client.sends]
    counted = Counter(outcome.status for outcome in outcomes if key in outcome.site.routes)
    other = f"the API {api.name} is not the one that is migrated"
    return RoutePlan(
        api=api.id,
        key=key,
        handler=handler,
        level=level.level if level else None,
        reason=level.reason if level else other if handler else FUNCTIONLESS,
        clients=len(clients),
        clients_done=_number_done(clients, done),
        infrastructure=_infrastructure(inventory, infrastructure if level else ()),
        sites={status: counted[status] for status in STATUSES},
    )


def _infrastructure(inventory: Inventory, files: Sequence[InfraFile]) -> str:
    if not inventory.resources:
        return "none declared"
    missing = [f"{file.path}: {file.reason}" for file in files if not file.ready]
    if missing:
        return f"not ready ({missing[0]})"
    if any(file.service for file in files):
        return "ready"
    return "ready, but the service is to be declared by hand" if any(file.resources for file in files) else "stays"


def _keys(api: Api) -> Iterable[tuple[str, str | None]]:
    yield from ((route.key, route.handler) for route in api.routes)
    yield from ((route.key, None) for route in api.functionless_routes)


def _number_done(clients: Iterable[Client], done: dict[str, bool]) -> int:
    return sum(done.get(f"client:{client.location}", False) for client in clients)


def _is_done(outcome: Outcome) -> bool:
    """A marked client may be rewritten too; what a person has to do by hand is not."""
    return outcome.status == "rewritten" or (outcome.status == "marked" and outcome.safety != "manual")
