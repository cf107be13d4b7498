"""Places in scripts that send: what only looks so first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.node.applications import V2, V3, handler, only_push, scan_node


@pytest.mark.parametrize(
    "body",
    [
        "// new PostToConnectionCommand({ ConnectionId: 'x' })",
        "const text = 'client.postToConnection({ ConnectionId: 1 })';",
        "const arn = `arn:aws:execute-api:eu-west-1:1:api/prod/POST/@connections/${event.requestContext.connectionId}`;",
        "const type = PostToConnectionCommand;",
        "await fetch(`https://x/connections/${event.requestContext.connectionId}`);",
        "const postToConnection = async (id) => id; await postToConnection('x');",
    ],
)
def test_what_sends_nothing_is_left_alone(tmp_path: Path, body: str) -> None:
    head = 'import { PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";'

    assert scan_node(tmp_path, handler(body, head)).pushes == ()


def test_tests_do_not_push(tmp_path: Path) -> None:
    spec = "client.postToConnection({ ConnectionId: 'x' });"

    assert scan_node(tmp_path, handler("return 1;", ""), **{"say.test.js": spec}).pushes == ()


@pytest.mark.parametrize(
    ("body", "head", "operation"),
    [
        ("await client.send(new PostToConnectionCommand({ ConnectionId: 'a', Data: 'x' }));", V3, "post_to_connection"),
        ("await client.postToConnection({ ConnectionId: 'a', Data: 'x' }).promise();", V2, "post_to_connection"),
        ("await client.deleteConnection({ ConnectionId: 'a' }).promise();", V2, "delete_connection"),
        ("await client.getConnection({ ConnectionId: 'a' }).promise();", V2, "get_connection"),
        ("await client.send(new sdk.DeleteConnectionCommand({ ConnectionId: 'a' }));", V3, "delete_connection"),
        ("client.postToConnection({ ConnectionId: 'a' }, (error) => console.log(error));", V2, "post_to_connection"),
    ],
)
def test_operations_are_found(tmp_path: Path, body: str, head: str, operation: str) -> None:
    lines = [line for line in head.splitlines() if not line.strip().startswith("const post")]

    push = only_push(scan_node(tmp_path, handler(body, "\n".join(lines))))

    assert (push.operation, push.recipient) == (operation, "one")


@pytest.mark.parametrize(
    "body",
    [
        "await fetch(`${base}/@connections/${event.requestContext.connectionId}`, { method: 'POST' });",
        "await axios.post(base + '/@connections/' + event.requestContext.connectionId, 'x');",
        "const path = `/prod/@connections/${event.requestContext.connectionId}`; await signed(path);",
    ],
)
def test_requests_that_are_signed_by_hand_are_pushes(tmp_path: Path, body: str) -> None:
    push = only_push(scan_node(tmp_path, handler(body, "const base = process.env.API;")))

    assert (push.recipient, push.operation) == ("self", "post_to_connection")
    assert "signed by hand" in push.evidence


def test_a_push_in_another_module_belongs_to_the_routes_that_reach_it(tmp_path: Path) -> None:
    files = {
        "lib/push.js": V2 + "    module.exports = { push: (id, data) => post(id) };",
        "unused.js": "const { push } = require('./lib/push'); exports.other = () => push('x');",
    }
    say = "const { push } = require('./lib/push'); exports.handler = (e) => push(e.requestContext.connectionId, 1);"

    push = only_push(scan_node(tmp_path, say, **files))

    assert (push.recipient, push.routes, push.location.path) == ("self", ("say",), "lib/push.js")
    assert push.handlers == ("say.js:handler",)


def test_a_push_that_no_handler_reaches_says_so(tmp_path: Path) -> None:
    alone = V2 + "    exports.never = (event) => post('x');"

    push = only_push(scan_node(tmp_path, "exports.handler = async () => 1;", **{"lib/alone.js": alone}))

    assert push.handlers == ()
    assert "no handler that was found reaches it" in push.evidence


def test_one_function_for_several_routes_addresses_each_its_own(tmp_path: Path) -> None:
    both = """
    service: board
    provider: {name: aws, runtime: nodejs20.x}
    functions:
      all:
        handler: app.handler
        events:
          - websocket: {route: ping}
          - websocket: {route: shout}
          - websocket: $default
    """
    body = """
        switch (event.requestContext.routeKey) {
          case "ping": await post(event.requestContext.connectionId); break;
          case "shout": {
            const { Items } = await db.send(new ScanCommand({ TableName: "t" }));
            for (const row of Items) await post(row.id);
            break;
          }
          default: await post(JSON.parse(event.body).to);
        }
    """

    push = only_push(scan_node(tmp_path, handler(body), name="app.js", **{"serverless.yml": both}))

    assert {item.route: item.recipient for item in push.by_route} == {"ping": "self", "shout": "all", "$default": "one"}


@pytest.mark.parametrize(
    "dispatch",
    [
        "if (event.requestContext.routeKey === 'ping') { return ping(event); } return shout(event);",
        "const { routeKey } = event.requestContext; if (routeKey == 'ping') { await ping(event); } else { await shout(event); }",
        "const table = { ping, shout }; return table[event.requestContext.routeKey](event);",
        "switch (event.requestContext.routeKey) { case 'ping': return ping(event); default: return shout(event); }",
        "switch (JSON.parse(event.body).action) { case 'ping': return ping(event); case 'shout': return shout(event); }",
    ],
)
def test_ways_to_tell_routes_apart(tmp_path: Path, dispatch: str) -> None:
    both = """
    service: board
    provider: {name: aws, runtime: nodejs20.x}
    functions:
      all:
        handler: app.handler
        events: [{websocket: {route: ping}}, {websocket: {route: shout}}]
    """
    head = V2 + "const ping = (e) => post(e.requestContext.connectionId); const shout = (e) => post(process.env.ALL);"

    push = only_push(scan_node(tmp_path, handler(dispatch, head), name="app.js", **{"serverless.yml": both}))

    assert {item.route: item.recipient for item in push.by_route} == {"ping": "self", "shout": "one"}
