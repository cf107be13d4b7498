"""One of an application's APIs, and what of the application belongs to the others alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from migrator.errors import ApplicationEmpty
from migrator.inventory.model import Api, Handler, Inventory
from migrator.rewrite.python.project import Project


def default_api(app: Path, inventory: Inventory) -> Api:
    """The API with the most routes that Python serves; of equals the first. Raises ApplicationEmpty without any."""
    if not inventory.apis:
        raise ApplicationEmpty(app, ("routes of a WebSocket API",))
    python = {handler.id for handler in inventory.handlers if handler.language == "python" and not handler.problem}
    return max(inventory.apis, key=lambda api: sum(route.handler in python for route in api.routes))


def of_api(inventory: Inventory, api: Api) -> Inventory:
    """The inventory without other APIs and without the functions that only those have."""
    others = functions_of_others(inventory, api)
    kept = tuple(handler for handler in inventory.handlers if handler.id not in others)
    return inventory.model_copy(update={"apis": (api,), "handlers": kept})


def files_of_others(texts: Mapping[str, str], inventory: Inventory, api: Api) -> dict[str, str]:
    """Python files that only functions of other APIs import, each with the reason why it isn't migrated."""
    others = functions_of_others(inventory, api)
    if not others:
        return {}
    project = Project(texts)
    own = project.reached_from(_paths(handler for handler in inventory.handlers if handler.id not in others))
    found: dict[str, str] = {}
    for handler in inventory.handlers:
        if handler.id in others:
            found.update(dict.fromkeys(project.reached_from({handler.path}) - own, others[handler.id]))
    return found


def functions_of_others(inventory: Inventory, api: Api) -> dict[str, str]:
    """Functions that other APIs call and this one doesn't: handler id -> why it isn't migrated."""
    own = _called(api)
    return {
        handler_id: f"belongs to the API {other.name}; only {api.name} is migrated"
        for other in inventory.apis
        if other is not api
        for handler_id in _called(other) - own
    }


def _called(api: Api) -> set[str]:
    authorizer = api.authorizer.handler if api.authorizer is not None else None
    return {route.handler for route in api.routes} | ({authorizer} if authorizer is not None else set())


def _paths(handlers: Iterable[Handler]) -> set[str]:
    return {handler.path for handler in handlers}
