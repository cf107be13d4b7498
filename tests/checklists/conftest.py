"""One small application, before and after its migration, and the reports about it."""

from datetime import date
from typing import Any

import pytest

from migrator.inventory.model import (
    Api,
    Client,
    FileCounts,
    Handler,
    Inventory,
    Push,
    Resource,
    Route,
    Store,
    StoreUse,
    TestUse,
    Trigger,
)
from migrator.inventory.record import Location

START = date(2026, 8, 31)


def at(path: str, line: int = 1) -> Location:
    return Location(path=path, line=line)


def _route(key: str) -> Route:
    return Route(key=key, handler=f"handlers/{key}.py:handler", location=at("serverless.yml", 10))


def _handler(route: Route) -> Handler:
    path = route.handler.partition(":")[0]
    trigger = Trigger(kind="route", source=route.key)
    return Handler(
        id=route.handler,
        path=path,
        module="m",
        function="handler",
        language="python",
        triggers=(trigger,),
        location=at(path),
    )


def _inventory() -> Inventory:
    routes = tuple(_route(key) for key in ("$connect", "$disconnect", "chat", "agent_run"))
    uses = (StoreUse(location=at("handlers/$connect.py", 9), operation="put_item"),)
    return Inventory(
        application="knowledge-chat",
        apis=(Api(id="ChatApi", name="chat", routes=routes, location=at("serverless.yml", 3)),),
        handlers=tuple(_handler(route) for route in routes),
        pushes=(
            Push(location=at("handlers/chat.py", 31), recipient="all", evidence="scan", gone="broad", function="send"),
        ),
        stores=(Store(id="Connections", resource="Connections", holds_connections=True, uses=uses),),
        clients=(
            Client(
                location=at("web/chat.ts", 14),
                language="typescript",
                library="WebSocket",
                reconnect=at("web/chat.ts", 48),
            ),
        ),
        resources=(
            Resource(
                id="ChatApi",
                type="AWS::ApiGatewayV2::Api",
                use="websocket_only",
                reason="the API",
                location=at("serverless.yml", 3),
            ),
            Resource(
                id="Connections",
                type="AWS::DynamoDB::Table",
                use="shared",
                reason="presence",
                location=at("serverless.yml", 80),
            ),
        ),
        tests=(TestUse(location=at("tests/test_chat.py", 8), summary="mocks the management API"),),
        files=FileCounts(seen=12, read=12),
    )


@pytest.fixture(scope="session")
def start() -> date:
    return START


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    return _inventory()


@pytest.fixture(scope="session")
def migrated() -> Inventory:
    """The same application when nothing of the WebSocket path is left in it."""
    return Inventory(application="knowledge-chat", files=FileCounts(seen=12, read=12))


@pytest.fixture
def passed() -> dict[str, Any]:
    return {
        "schema_version": 1,
        "verdict": "PASS",
        "application": "knowledge-chat",
        "legacy": "a",
        "candidate": "b",
        "finished_at": "2026-09-20T10:00:00Z",
        "sessions": 40,
        "routes": {
            "chat": {"verdict": "PASS", "messages": 12, "differences": 0},
            "agent_run": {"verdict": "PASS", "messages": 9, "differences": 0},
        },
        "differences": [],
        "reasons": [],
    }


@pytest.fixture
def failed(passed: dict[str, Any]) -> dict[str, Any]:
    routes = {**passed["routes"], "agent_run": {"verdict": "FAIL", "messages": 9, "differences": 2}}
    return {**passed, "verdict": "FAIL", "routes": routes, "differences": [{"class": "missing"}, {"class": "missing"}]}
