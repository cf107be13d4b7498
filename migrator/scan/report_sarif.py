"""The inventory as SARIF: one result a site, one a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Inventory
from migrator.inventory.sites import sites
from migrator.sarif import Level, SarifResult, SarifRule, sarif

RULES: Final = {
    "scan/handler": "A function that a route leads to",
    "scan/authorizer": "A function that decides on $connect",
    "scan/management_client": "Builds the client for @connections",
    "scan/push": "Sends to a connection",
    "scan/store_use": "Uses a table of connection ids",
    "scan/client": "Opens a WebSocket",
    "scan/reconnect": "Reconnects by hand",
    "scan/heartbeat": "Keeps the connection alive by hand",
    "scan/resource": "Infrastructure of the WebSocket API",
    "scan/test": "A test or mock of the WebSocket path",
    "scan/near_miss": "Looks like something of the WebSocket path, and is none",
    "scan/problem": "Could not be read or decided",
}


def sarif_inventory(inventory: Inventory) -> str:
    return sarif([*_results(inventory)], [SarifRule(name, title) for name, title in RULES.items()])


def _results(inventory: Inventory) -> Iterator[SarifResult]:
    for problem in inventory.problems:
        identity = f"problem:{problem.location}"
        level: Level = "error" if problem.serious else "warning"
        yield SarifResult("scan/problem", level, problem.message, problem.location, identity)
    for miss in inventory.near_misses:
        yield SarifResult("scan/near_miss", "note", miss.why, miss.location, f"near miss:{miss.location}")
    for site in sites(inventory):
        routes = f" (routes {', '.join(site.routes)})" if site.routes else ""
        yield SarifResult(f"scan/{site.kind}", "note", f"{site.summary}{routes}", site.location, site.id)
