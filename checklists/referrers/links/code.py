"""Places in the application that name a live API by its address: they are edited, and do not keep it alive."""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use
from migrator.inventory.model import Inventory
from migrator.inventory.record import Location


def find(index: Index, inventory: Inventory) -> Iterator[Use]:
    domains = {domain.name.lower(): domain for domain in index.of_type(types.DOMAIN)}
    for location, what, address in _addresses(inventory):
        named = [domain for name, domain in domains.items() if name and name in address.lower()]
        for thing in [*index.apis_at(address), *named]:
            yield use(f"code:{location.path}:{location.line}", thing, "code", what, mention=True)


def _addresses(inventory: Inventory) -> Iterator[tuple[Location, str, str]]:
    for client in inventory.clients:
        if client.url:
            yield client.location, f"opens a WebSocket with {client.library}", client.url
    for variable, value in sorted(inventory.environment.items()):
        where = next((api.location for api in inventory.apis), Location(path="."))
        yield where, f"variable {variable}", value
    for handler in inventory.handlers:
        for variable, value in sorted(handler.environment.items()):
            where = handler.declared_in or handler.location or Location(path=handler.path)
            yield where, f"variable {variable} of {handler.function}", value
    for api in inventory.apis:
        for key in api.functionless_routes:
            if key.integration.uri:
                yield key.location, f"route {key.key}", key.integration.uri
