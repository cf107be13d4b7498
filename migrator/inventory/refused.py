"""Routes that no successor is written for."""

from __future__ import annotations

from migrator.inventory.model import Api, Inventory, Refusal


def refused_routes(inventory: Inventory, api: Api) -> dict[str, Refusal]:
    """Route key -> why nothing is written for it."""
    keys = [*(route.key for route in api.routes), *(route.key for route in api.functionless_routes)]
    found: dict[str, Refusal] = {}
    for refusal in inventory.refusals:
        if refusal.severity == "refuse" and refusal.api == api.id:
            found |= {key: refusal for key in refusal.routes or keys if key not in found}
    return found
