"""Applications, or APIs, that no successor is written for: every site is accounted for all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from migrator.inventory.bridges import bridge_of_api, bridge_of_server
from migrator.inventory.model import Api, Inventory
from migrator.inventory.outcome import Account, Outcome, Site, SiteKind
from migrator.inventory.refused import refused_routes
from migrator.inventory.sites import sites
from migrator.rewrite.by_route import plan_by_route
from migrator.rewrite.edit import Plan, RouteLevel

_OUT_OF_SCOPE: Final[dict[SiteKind, str]] = {
    "resource": "nothing is written for the API, so its infrastructure stays",
    "test": "nothing is written for the API, so its tests stay",
}


def why_left(inventory: Inventory, api: Api | None) -> str | None:
    """Why nothing is written for an API, or for an application without one; None when something is."""
    if api is None:
        return "no API Gateway WebSocket API is in it; servers of its own are served by the shim's websocket back end"
    refused = refused_routes(inventory, api)
    keys = [*(route.key for route in api.routes), *(route.key for route in api.functionless_routes)]
    own = [key for key in keys if key not in {"$connect", "$disconnect"}] or keys
    if own and all(key in refused for key in own):
        return refused[own[0]].reason
    languages = {handler.id: handler.language for handler in inventory.handlers}
    foreign = {languages[route.handler] for route in api.routes if languages.get(route.handler, "python") != "python"}
    if foreign and all(languages.get(route.handler, "python") != "python" for route in api.routes):
        return f"its handlers are {' and '.join(sorted(foreign))} and stay where they are; {meanwhile(inventory, api)}"
    return None


def meanwhile(inventory: Inventory, api: Api) -> str:
    """The next step for what stays: which bridge serves it."""
    return bridge_of_api(inventory, api).sentence


def plan_without_successor(app: Path, inventory: Inventory, api: Api | None, reason: str) -> Plan:
    """No file is written, and each site says why. Exit status 3 follows from the account."""
    outcomes = tuple(_outcome(inventory, api, site, reason) for site in sites(inventory))
    levels = tuple(
        RouteLevel(api=each.id, key=route.key, handler=route.handler, level=None, reason=reason)
        for each in inventory.apis
        if each is api
        for route in each.routes
    )
    by_route, unknown_senders = plan_by_route(inventory, levels, outcomes)
    return Plan(
        application=app,
        edits=(),
        copies=(),
        left_behind=(),
        account=Account(found=sites(inventory), outcomes=outcomes),
        routes=levels,
        findings=(),
        by_route=by_route,
        unknown_senders=unknown_senders,
        left=f"Nothing is written for {f'the API {api.name}' if api is not None else 'this application'}: {reason}.",
    )


def _outcome(inventory: Inventory, api: Api | None, site: Site, reason: str) -> Outcome:
    if site.kind in _OUT_OF_SCOPE:
        return Outcome(site=site, status="out_of_scope", reason=_OUT_OF_SCOPE[site.kind])
    if site.kind == "server":
        return Outcome(site=site, status="skipped", reason=why_server_stays(inventory, site))
    if site.kind in {"client", "reconnect", "heartbeat"}:
        what = f"the API {api.name} stays" if api is not None else "no API of this application is migrated"
        return Outcome(site=site, status="skipped", reason=f"it stays a WebSocket client, because {what}")
    return Outcome(site=site, status="skipped", reason=reason)


def why_server_stays(inventory: Inventory, site: Site) -> str:
    server = next(server for server in inventory.servers if server.location == site.location)
    for refusal in inventory.refusals:
        if refusal.api is None and refusal.location.path == server.location.path:
            return refusal.reason
    bridge = bridge_of_server(server)
    note = f" ({bridge.note})" if bridge.note else ""
    return f"a server outside of API Gateway stays as it is; {bridge.sentence}{note}"
