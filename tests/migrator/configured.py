"""Options of the shim as a test wants them."""

from __future__ import annotations

from typing import Any

from migrator.commands.shim_settings import inventory_layer
from migrator.inventory.model import Handler, Inventory, Trigger
from shim.config.configuration import configuration_of
from shim.config.layers import Given
from shim.config.options import ShimOptions, options_of


def configured(inventory: Inventory | None, given: dict[str, Any]) -> ShimOptions:
    """What the inventory declares, AWS in memory, and over them what is given by key."""
    declared = {} if inventory is None else inventory_layer(inventory)
    test = {key: Given(value, "test") for key, value in {"backend.aws": "moto", **given}.items()}
    return options_of(configuration_of([declared, test]))


def handler(name: str, **environment: str) -> Handler:
    """One of `app.py`, for the route of its own name."""
    return Handler(
        id=f"app.py:{name}",
        path="app.py",
        module="app",
        function=name,
        language="python",
        triggers=(Trigger(kind="route", source=name),),
        environment=environment,
    )
