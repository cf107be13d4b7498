"""Functions that something other than a route triggers: they go on running where they run.

What they push has to reach the streams of the service, so they push over HTTP, to its own @connections.
"""

from __future__ import annotations

from migrator.inventory.model import Handler, Inventory
from migrator.inventory.outside import runs_inside, runs_outside


def inside(inventory: Inventory) -> tuple[Handler, ...]:
    """The Python functions that the service calls."""
    return tuple(handler for handler in inventory.handlers if handler.language == "python" and runs_inside(handler))


def outside_pushers(inventory: Inventory) -> tuple[Handler, ...]:
    """The Python functions that run outside of the service and push from there."""
    pushing = {handler_id for push in inventory.pushes for handler_id in push.handlers}
    return tuple(
        handler
        for handler in inventory.handlers
        if handler.language == "python" and handler.id in pushing and runs_outside(handler)
    )
