"""Values of variables that a scan made up, since only the application's own deployment knows them."""

from __future__ import annotations

from migrator.inventory.assumed import ACCOUNT
from migrator.inventory.model import Inventory, Resource


def made_up(inventory: Inventory, value: str) -> str | None:
    """What in a value is made up, as a clause; None for a value that stands in the application's files.

    A scan names resources without a name as one machine calls them, and takes an account of its own for ARNs."""
    for resource in inventory.resources:
        if resource.name and resource.name in value and not _is_named(resource):
            return f"it names {resource.id}, and only the deployment of that knows what it is called"
    return "the account is in it" if ACCOUNT in value else None


def _is_named(resource: Resource) -> bool:
    return resource.name in resource.properties.values()
