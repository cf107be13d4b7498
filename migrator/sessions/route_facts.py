"""What of an inventory is about the routes of one API as a whole."""

from __future__ import annotations

from migrator.inventory.model import Api, Inventory


def environment_of_functions(inventory: Inventory, api: Api) -> dict[str, str]:
    """Where two functions differ in a variable, the one of the earlier route counts."""
    own = {handler.id: handler.environment for handler in inventory.handlers}
    authorizer = api.authorizer.handler if api.authorizer is not None else None
    found: dict[str, str] = {}
    for name in (*(route.handler for route in api.routes), authorizer or ""):
        found = {**own.get(name, {}), **found}
    return found


def silent_routes(inventory: Inventory, api: Api) -> frozenset[str]:
    if any(not push.handlers for push in inventory.pushes):
        return frozenset()
    pushing = {route for push in inventory.pushes for route in push.routes}
    return frozenset(route.key for route in api.routes if route.key not in pushing and not route.route_response)
