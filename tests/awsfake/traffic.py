"""Clients, as API Gateway meets them: who gets in, who knocks at a closed door, and what is counted of it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from tests.awsfake.answers.apigatewayv2 import Gateway
from tests.awsfake.connections import LONGEST_SILENCE, Connection, Connections
from tests.awsfake.functions import Functions, function_name
from tests.awsfake.held import moto_dynamodb, moto_route53

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

Door = Literal["open", "throttled", "unauthorized", "function throttled", "function missing", "function failed", "away"]
"""away: the client finds no API at all, and nothing is counted."""

_COUNTED_AS: dict[str, str] = {
    "throttled": "ClientError",
    "unauthorized": "ClientError",
    "function throttled": "ExecutionError",
    "function missing": "ExecutionError",
    "function failed": "IntegrationError",
}


@dataclass
class Visit:
    """One client's try. `connection` is None unless it got in and stayed."""

    at: datetime
    api: str
    stage: str
    door: Door
    times: int
    connection: Connection | None = None


@dataclass
class Traffic:
    """Everything that clients do. `visits` keeps all tries, for checks afterwards."""

    world: FakeAws
    account: str
    region: str
    connections: Connections
    visits: list[Visit] = field(default_factory=list)

    @property
    def functions(self) -> Functions:
        return self.world.functions

    def visit(self, api: str, stage: str, *, times: int = 1, messages: int = 1, **how: Any) -> Visit:
        """`times` clients that connect, send `messages` messages each, and go, all within this minute. `how` is that of
        `connect`."""
        made = self._try(api, stage, times, **how)
        if made.door == "open":
            if messages:
                self._route(api, stage, "$default", times * messages)
            self._route(api, stage, "$disconnect", times)
        return made

    def connect(self, api: str, stage: str, *, lasting: timedelta = timedelta(minutes=30), **how: Any) -> Visit:
        """One client that stays, until its time is over or it is disconnected. `how`: `domain`, when it comes through a
        domain of its own; `authorized=False`, when its token is no good. It sends pings, so that silence never ends
        it, unless `silent=True`."""
        if how.pop("silent", False):
            lasting = min(lasting, LONGEST_SILENCE)
        made = self._try(api, stage, 1, **how)
        if made.door == "open":
            now = self.world.clock.now()
            made.connection = self.connections.open(self.account, self.region, api, stage, now, lasting)
            self._item(made.connection, there=True)
            connection = made.connection
            self.world.clock.at(connection.ends_at, lambda: self.disconnect(connection))
        return made

    def disconnect(self, connection: Connection) -> None:
        if self.connections.close(connection.id) is not None:
            self._route(connection.api, connection.stage, "$disconnect", 1)
            self._item(connection, there=False)

    def message(self, connection: Connection, route: str = "$default") -> None:
        connection.last_active_at = self.world.clock.now()
        self._route(connection.api, connection.stage, route, 1)

    def posted(self, connection: Connection) -> None:
        """The application sent something to the client."""
        self.count("MessageCount", connection.api, connection.stage)

    def count(self, metric: str, api: str, stage: str, times: int = 1) -> None:
        for dimensions in ({"ApiId": api}, {"ApiId": api, "Stage": stage}):
            self.world.metrics.emit(self.account, self.region, "AWS/ApiGateway", metric, dimensions, 1, times)

    @property
    def _gateway(self) -> Gateway:
        return self.world.room(Gateway, self.account, self.region)

    def _try(self, api: str, stage: str, times: int, domain: str = "", authorized: bool = True) -> Visit:
        door = self._door(api, stage, times, domain, authorized)
        if door in _COUNTED_AS:
            self.count(_COUNTED_AS[door], api, stage, times)
        made = Visit(self.world.clock.now(), api, stage, door, times)
        self.visits.append(made)
        return made

    def _door(self, api: str, stage: str, times: int, domain: str, authorized: bool) -> Door:
        room = self._gateway
        held = room.things["Stage"].get((api, stage))
        if held is None or not self._found(api, stage, domain, held):
            return "away"
        if _closed(held, "$connect"):
            return "throttled"
        route = self._route_of(api, "$connect")
        if route is None:
            return "open"  # without a $connect route nothing runs, and ConnectCount stays without a datapoint
        if route.get("AuthorizerId"):
            authorizer = room.things["Authorizer"].get((api, route["AuthorizerId"]))
            function = function_name(authorizer["AuthorizerUri"]) if authorizer else ""
            outcome = self.functions.invoke(self.account, self.region, function, times)
            if outcome != "ran":
                return f"function {outcome}"  # type: ignore[return-value]
            if not authorized:
                return "unauthorized"
        outcome = self._integrate(api, route, times)
        if outcome in {"ran", "failed"}:
            self.count("ConnectCount", api, stage, times)
        return "open" if outcome == "ran" else f"function {outcome}"  # type: ignore[return-value]

    def _found(self, api: str, stage: str, domain: str, held: dict[str, Any]) -> bool:
        """Whether the client's address leads to the stage."""
        if not domain:
            return not held.get("_endpoint_disabled", False)
        mappings = self._gateway.of("ApiMapping", domain).values()
        mapped = any((one["ApiId"], one["Stage"]) == (api, stage) for one in mappings)
        return mapped and self._resolves(domain)

    def _resolves(self, domain: str) -> bool:
        for zone in moto_route53(self.account).zones.values():
            for record in zone.rrsets:
                if record.name.rstrip(".") == domain and record.type in {"A", "AAAA", "CNAME"}:
                    return record.weight is None or int(record.weight) > 0
        return False

    def _route_of(self, api: str, key: str) -> dict[str, Any] | None:
        routes = self._gateway.of("Route", api).values()
        return next((route for route in routes if route["RouteKey"] == key), None)

    def _integrate(self, api: str, route: dict[str, Any], times: int) -> str:
        number = str(route.get("Target", "")).removeprefix("integrations/")
        integration = self._gateway.things["Integration"].get((api, number))
        if integration is None:
            return "missing"
        if integration.get("IntegrationType") == "MOCK":
            return "ran"
        name = function_name(str(integration.get("IntegrationUri", "")))
        return self.functions.invoke(self.account, self.region, name, times)

    def _route(self, api: str, stage: str, key: str, times: int) -> None:
        """A message, or the end of a connection."""
        held = self._gateway.things["Stage"].get((api, stage))
        if held is None:
            return
        if key != "$disconnect":
            self.count("MessageCount", api, stage, times)
            if _closed(held, key):
                self.count("ClientError", api, stage, times)
                return
        route = self._route_of(api, key)
        if route is None:
            return
        outcome = self._integrate(api, route, times)
        if outcome in {"throttled", "missing"}:
            self.count("ExecutionError", api, stage, times)
        elif outcome == "failed":
            self.count("IntegrationError", api, stage, times)

    def _item(self, connection: Connection, *, there: bool) -> None:
        route = self._route_of(connection.api, "$connect")
        if route is None:
            return
        number = str(route.get("Target", "")).removeprefix("integrations/")
        integration = self._gateway.things["Integration"].get((connection.api, number), {})
        table = self.functions.tables.get(function_name(str(integration.get("IntegrationUri", ""))))
        backend = moto_dynamodb(self.account, self.region)
        if table is None or table not in backend.tables:
            return
        self.world.memory.forget("dynamodb")
        if there:
            expires = int(connection.ends_at.timestamp())
            backend.put_item(table, {"connection_id": {"S": connection.id}, "ttl": {"N": str(expires)}})
        else:
            backend.delete_item(table, {"connection_id": {"S": connection.id}}, {}, {}, None)


def _closed(stage: dict[str, Any], route: str) -> bool:
    """Whether the stage lets nothing through: a rate or a burst of 0 stops all requests.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html"""
    settings = {**stage.get("DefaultRouteSettings", {}), **stage.get("RouteSettings", {}).get(route, {})}
    return settings.get("ThrottlingRateLimit") == 0 or settings.get("ThrottlingBurstLimit") == 0
