"""Server, clients and infrastructure in one row a route."""

from migrator.inventory.model import Client, FunctionlessRoute, Integration, Inventory, Push, Resource
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.inventory.sites import sites
from migrator.rewrite.by_route import plan_by_route
from migrator.rewrite.edit import InfraFile, RouteLevel
from tests.migrator.rewrite.applications import HERE, inventory


def client(line: int, *sends: str) -> Client:
    return Client(location=Location(path="a.js", line=line), language="javascript", library="WebSocket", sends=sends)


def settled(known: Inventory, **by_line: tuple[str, str]) -> list[Outcome]:
    """Everything is rewritten but the clients at the given lines: `l3=("marked", "manual")`."""
    done = []
    for site in sites(known):
        status, safety = ("rewritten", "safe")
        if site.kind == "client":
            status, safety = by_line.get(f"l{site.location.line}", (status, safety))
        done.append(Outcome(site=site, status=status, safety=safety))  # type: ignore[arg-type]
    return done


ROUTES = {"$connect": "app.py:connect", "chat": "app.py:chat"}
LEVELS = [
    RouteLevel("Api", "$connect", "app.py:connect", "transport", "reads the event as a whole"),
    RouteLevel("Api", "chat", "app.py:chat", "native", "proven"),
]


def test_clients_are_counted_for_the_routes_that_they_send() -> None:
    known = inventory(ROUTES, clients=(client(1, "chat"), client(2, "other"), client(3, "chat"), client(4)))
    (connect, chat), unknown = plan_by_route(known, LEVELS, settled(known, l3=("marked", "manual")))
    assert (connect.clients, connect.clients_done) == (4, 3)
    assert chat.sentence == "server native, clients 1 of 2, infrastructure none declared"
    assert (unknown.clients, unknown.clients_done) == (1, 1)


def test_a_client_that_is_rewritten_and_marked_is_done() -> None:
    known = inventory(ROUTES, clients=(client(1, "chat"),))
    (_connect, chat), unknown = plan_by_route(known, LEVELS, settled(known, l1=("marked", "review")))
    assert (chat.clients, chat.clients_done, unknown.sentence) == (1, 1, "")


def test_sites_are_counted_by_outcome() -> None:
    push = Push(location=Location(path="app.py", line=9), recipient="self", evidence="", routes=("chat",), function="f")
    known = inventory(ROUTES, pushes=(push,), clients=(client(1, "chat"),))
    (_connect, chat), _unknown = plan_by_route(known, LEVELS, settled(known, l1=("skipped", "safe")))
    assert chat.counted == "2 rewritten, 1 skipped"


def test_a_route_of_another_api_and_one_without_a_function_are_there_too() -> None:
    known = inventory(ROUTES)
    (api,) = known.apis
    bare = FunctionlessRoute(key="ping", integration=Integration(type="MOCK", location=HERE), location=HERE)
    other = api.model_copy(update={"id": "Other", "name": "other", "functionless_routes": (bare,)})
    resource = Resource(id="Api", type="AWS::ApiGatewayV2::Api", use="websocket_only", reason="", location=HERE)
    known = known.model_copy(update={"apis": (api, other), "resources": (resource,)})
    rows, _unknown = plan_by_route(known, LEVELS, settled(known))
    assert [(row.api, row.key, row.level) for row in rows] == [
        ("Api", "$connect", "transport"),
        ("Api", "chat", "native"),
        ("Other", "$connect", None),
        ("Other", "chat", None),
        ("Other", "ping", None),
    ]
    assert rows[2].reason == "the API other is not the one that is migrated"
    assert rows[4].handler is None
    assert {row.infrastructure for row in rows} == {"stays"}


def test_the_infrastructure_is_ready_when_both_steps_are_written() -> None:
    resource = Resource(id="Api", type="AWS::ApiGatewayV2::Api", use="websocket_only", reason="", location=HERE)
    known = inventory(ROUTES, resources=(resource,))
    ready = InfraFile("a.yml", "sam", ready=True, reason="3 resources leave", service="b.yml", resources=("Api",))
    by_hand = InfraFile("d.ts", "cdk-typescript", ready=True, reason="", service=None, resources=("Api",))
    rows, _unknown = plan_by_route(known, LEVELS, settled(known), [by_hand])
    assert {row.infrastructure for row in rows} == {"ready, but the service is to be declared by hand"}
    refused = InfraFile("c.yml", "sam", ready=False, reason="D refers to Api", service=None, resources=())
    rows, _unknown = plan_by_route(known, LEVELS, settled(known), [ready])
    assert rows[1].sentence == "server native, no client is known, infrastructure ready"
    rows, _unknown = plan_by_route(known, LEVELS, settled(known), [ready, refused])
    assert rows[1].infrastructure == "not ready (c.yml: D refers to Api)"
