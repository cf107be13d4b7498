"""Every site of an inventory, once: the left side of the account."""

from __future__ import annotations

from migrator.inventory.model import Client, Handler, Inventory
from migrator.inventory.outcome import Site, SiteKind
from migrator.inventory.record import Location


def sites(inventory: Inventory) -> tuple[Site, ...]:
    """All sites that a migration has to settle, in the order of path and line."""
    found: list[Site] = []
    for handler in inventory.handlers:
        found.extend(_handler_sites(inventory, handler))
    for client in inventory.management_clients:
        summary = f"builds the @connections client (endpoint from {client.endpoint})"
        found.append(_site("management_client", client.location, summary, _routes(inventory, client.handlers)))
    for push in inventory.pushes:
        summary = f"{push.operation} to {push.recipient}" + (" except the sender" if push.excludes_sender else "")
        found.append(_site("push", push.location, summary, push.routes))
    for store in inventory.stores:
        if store.holds_connections:
            found.extend(
                _site("store_use", use.location, f"{use.operation} on {store.id}", (), store.id) for use in store.uses
            )
    for socket in inventory.clients:
        found.extend(_client_sites(socket))
    found.extend(
        _site("server", server.location, f"a WebSocket server with {server.library}", ())
        for server in inventory.servers
    )
    found.extend(
        _site("resource", resource.location, f"{resource.type} {resource.id} ({resource.use})", (), resource.id)
        for resource in inventory.resources
        if resource.use != "unrelated"
    )
    found.extend(_site("test", test.location, test.summary, ()) for test in inventory.tests)
    return tuple(sorted(found, key=lambda s: (s.location.path, s.location.line, s.location.column, s.kind)))


def _handler_sites(inventory: Inventory, handler: Handler) -> list[Site]:
    where = handler.location or handler.declared_in or Location(path=handler.path)
    kinds = {trigger.kind for trigger in handler.triggers}
    kind: SiteKind = "authorizer" if kinds == {"authorizer"} else "handler"
    what = ", ".join(f"{trigger.kind} {trigger.source}" for trigger in handler.triggers) or "nothing that is declared"
    # A function that is defined in one file and named in another can be several handlers.
    name = handler.id if where.path != handler.path else ""
    return [_site(kind, where, f"{handler.function} serves {what}", handler.route_keys, name)]


def _client_sites(client: Client) -> list[Site]:
    found = [_site("client", client.location, f"new {client.library}({client.url or '?'})", client.sends)]
    if client.reconnect:
        found.append(_site("reconnect", client.reconnect, "hand-made reconnect", ()))
    if client.heartbeat:
        found.append(_site("heartbeat", client.heartbeat, "hand-made keep-alive", ()))
    return found


def _site(kind: SiteKind, location: Location, summary: str, routes: tuple[str, ...], name: str = "") -> Site:
    return Site(kind=kind, location=location, summary=summary, routes=routes, name=name)


def _routes(inventory: Inventory, handler_ids: tuple[str, ...]) -> tuple[str, ...]:
    keys = [key for handler in inventory.handlers if handler.id in handler_ids for key in handler.route_keys]
    return tuple(dict.fromkeys(keys))
