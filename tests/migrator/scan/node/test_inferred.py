"""Routes of scripts where no infrastructure declares them: scripts that are no handlers first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import ApplicationEmpty
from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan


def routes(inventory: Inventory) -> dict[str, str]:
    return {route.key: route.handler for api in inventory.apis for route in api.routes}


@pytest.mark.parametrize(
    "code",
    [
        "exports.handler = async (event) => event.requestContext.http.method;",
        "exports.show = (socket) => socket.connectionId;",
        "const connect = async (event) => event.requestContext.connectionId;",
        "export const helper = (connectionId) => connectionId; // requestContext",
    ],
)
def test_other_scripts_have_no_routes(tmp_path: Path, code: str) -> None:
    with pytest.raises(ApplicationEmpty):
        scan(tmp_path, {"connect.js": code})


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("connect.js", "exports.handler = async (event) => event.requestContext.connectionId;", ["$connect"]),
        ("ws/onDisconnect.ts", "export const handler = async (e) => e.requestContext.connectionId;", ["$disconnect"]),
        ("sendMessage.mjs", "export const handler = async (e) => e.requestContext.connectionId;", ["sendMessage"]),
        ("app.js", "exports.connect = (e) => e.requestContext.connectionId; exports.say = (e) => e.requestContext.routeKey;", ["$connect", "say"]),
        ("app.js", "exports.handler = async (e) => { switch (e.requestContext.routeKey) { case '$connect': return 1; case 'say': return 2; } };", ["$connect", "say"]),
        ("app.js", "exports.handler = async (e) => { if (e.requestContext.eventType === 'DISCONNECT') return 1; return e.requestContext.connectionId; };", ["$disconnect"]),
    ],
)  # fmt: skip
def test_routes_are_told_by_code_and_names(tmp_path: Path, name: str, code: str, expected: list[str]) -> None:
    inventory = scan(tmp_path, {name: code})

    assert sorted(routes(inventory)) == sorted(expected)
    assert inventory.apis[0].inferred
    assert any("inferred from the scripts" in problem.message for problem in inventory.problems)


def test_what_they_send_belongs_to_the_inferred_routes(tmp_path: Path) -> None:
    code = """
        const { ApiGatewayManagementApi } = require("@aws-sdk/client-apigatewaymanagementapi");
        exports.say = (event) =>
          new ApiGatewayManagementApi({}).postToConnection({ ConnectionId: event.requestContext.connectionId, Data: "x" });
    """

    (push,) = scan(tmp_path, {"chat.js": code}).pushes

    assert (push.recipient, push.routes) == ("self", ("say",))
