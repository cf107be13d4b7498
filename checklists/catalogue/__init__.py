"""All items, in the order in which they are shown. To add one, add it to the list of its audience."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from checklists.catalogue import developer, infrastructure, operations
from checklists.model import Item, PhaseNumber
from migrator.inventory.model import Inventory

PHASES: Final[dict[PhaseNumber, tuple[str, int, int]]] = {
    1: ("Stop building on WebSocket", 0, 14),
    2: ("Move what exists to SSE", 3, 0),
    3: ("Remove WebSocket", 6, 0),
}
"""Number -> title, and the months and days after the start when it has to be finished. The first begins at once, and
has two weeks, in which a team can agree on it."""


def items(inventory: Inventory) -> tuple[Item, ...]:
    """The catalogue for this application: the fixed items, and one for each of its routes."""
    return (*developer.ITEMS, *_route_items(inventory), *infrastructure.ITEMS, *operations.ITEMS)


def _route_items(inventory: Inventory) -> list[Item]:
    several = len(inventory.apis) > 1
    found = [
        developer.move_route(
            f"DEV-MOVE-ROUTE/{_word(api.id)}/{_word(route.key)}",
            f"Move the route {route.key}" + (f" of {api.name}" if several else "") + " to SSE",
            route.key,
        )
        for api in inventory.apis
        for route in api.routes
    ]
    return list({item.id: item for item in found}.values())


def _word(text: str) -> str:
    """The text without spaces or anything that could end an HTML comment. Different texts stay different."""
    return quote(text, safe="$").replace("--", "%2D%2D")
