"""All items, in the order in which they are shown. To add one, add it to the list of its audience."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from checklists.catalogue import developer, infrastructure, operations
from checklists.model import Item
from checklists.phases import PhaseName, StageNumber
from migrator.inventory.model import Inventory

PLAN: Final[dict[PhaseName, tuple[StageNumber, str, int, int]]] = {
    "discover": (1, "Find what there is, and build nothing new on it", 0, 14),
    "build": (2, "Build the streams and their clients", 2, 0),
    "verify": (2, "Prove that both paths do the same", 2, 15),
    "cutover": (2, "Move the clients over", 3, 0),
    "drain": (3, "Let the old connections end", 4, 0),
    "brownout": (3, "Close the old door for longer and longer", 4, 15),
    "teardown": (3, "Delete what is left", 5, 0),
    "confirm": (3, "See that it is gone and what it saves", 6, 0),
}
"""Phase -> its stage, its title, and the months and days after the start when it has to be finished. The first begins
at once, and has two weeks, in which a team can agree on it; the last leaves a month in which a bill can arrive."""


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
