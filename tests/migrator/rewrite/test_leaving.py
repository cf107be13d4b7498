"""Back ends that migrate leaves: they are scanned, accounted for, and told which bridge serves them meanwhile."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from click.testing import CliRunner

from migrator.commands.migrate import command
from migrator.inventory.model import Api, FunctionlessRoute, Integration, Inventory, Refusal
from migrator.inventory.record import Location
from migrator.rewrite import Plan, plan_migration
from migrator.rewrite.leaving import why_left
from migrator.rewrite.result import result_of
from migrator.scan import scan_application
from tests.migrator.scan.applications import CLIENT, SERVERLESS, write

HERD = {
    "serverless.yml": """
        service: herd-assistant
        provider:
          name: aws
          runtime: nodejs20.x
          region: ap-northeast-1
          environment:
            CALLBACK_URL: https://abc.execute-api.ap-northeast-1.amazonaws.com/dev
            CONNECTIONS: herd-connections
        functions:
          socket:
            handler: handlers/socket.handler
            events:
              - websocket: {route: $connect}
              - websocket: {route: $disconnect}
              - websocket: {route: ask}
          worker:
            handler: handlers/worker.run
            timeout: 900
            events:
              - sqs: {arn: !GetAtt Questions.Arn, batchSize: 1}
          sweep:
            handler: handlers/sweep.run
            events:
              - schedule: rate(5 minutes)
        resources:
          Resources:
            Questions:
              Type: AWS::SQS::Queue
            Connections:
              Type: AWS::DynamoDB::Table
              Properties:
                TableName: herd-connections
                AttributeDefinitions: [{AttributeName: connectionId, AttributeType: S}]
                KeySchema: [{AttributeName: connectionId, KeyType: HASH}]
                TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
    """,
    "handlers/socket.ts": """
        import { APIGatewayProxyEvent } from "aws-lambda";
        import { DynamoDB, SQS } from "aws-sdk";
        import { tell } from "../lib/tell";

        const table = new DynamoDB.DocumentClient();
        const TableName = process.env.CONNECTIONS!;

        async function arrive(connectionId: string) {
          const ttl = Math.floor(Date.now() / 1000) + 3600;
          await table.put({ TableName, Item: { connectionId, ttl } }).promise();
          return { statusCode: 200 };
        }

        async function ask(event: APIGatewayProxyEvent, connectionId: string) {
          const { question, herd = "all" } = JSON.parse(event.body || "{}");
          await tell(connectionId, { type: "status", text: `looking at ${herd}` });
          await new SQS().sendMessage({ QueueUrl: "q", MessageBody: JSON.stringify({ connectionId, question }) }).promise();
          return { statusCode: 200 };
        }

        export const handler = async (event: APIGatewayProxyEvent) => {
          const { routeKey, connectionId } = event.requestContext;
          switch (routeKey) {
            case "$connect":
              return arrive(connectionId!);
            case "$disconnect":
              await table.delete({ TableName, Key: { connectionId } }).promise();
              return { statusCode: 200 };
            case "ask":
              return ask(event, connectionId!);
            default:
              return { statusCode: 400 };
          }
        };
    """,
    "handlers/worker.ts": """
        import { SQSEvent } from "aws-lambda";
        import { tell } from "../lib/tell";

        export const run = async (event: SQSEvent) => {
          for (const record of event.Records) {
            const { connectionId, question } = JSON.parse(record.body);
            await tell(connectionId, { type: "result", text: question });
          }
        };
    """,
    "handlers/sweep.ts": "export const run = async () => undefined;\n",
    "lib/tell.ts": """
        import { ApiGatewayManagementApi, DynamoDB } from "aws-sdk";

        const forget = (connectionId: string) =>
          new DynamoDB.DocumentClient().delete({ TableName: process.env.CONNECTIONS!, Key: { connectionId } }).promise();

        export const tell = async (connectionId: string, data: unknown) => {
          const api = new ApiGatewayManagementApi({ endpoint: process.env.CALLBACK_URL });
          try {
            await api.postToConnection({ ConnectionId: connectionId, Data: JSON.stringify(data) }).promise();
          } catch (error: any) {
            if (error.statusCode === 410) await forget(connectionId);
            else throw error;
          }
        };
    """,
}
"""A back end in TypeScript at Lambda: one function for all routes, a worker behind a queue, one helper that sends."""

POKER = {
    "server/index.ts": """
        import express from "express";
        import { createServer } from "node:http";
        import { WebSocketServer } from "ws";
        import { rooms } from "./rooms";

        const http = createServer(express());
        const sockets = new WebSocketServer({ server: http, path: "/estimates" });
        sockets.on("connection", (socket) => {
          socket.on("message", (raw) => {
            const vote = JSON.parse(String(raw));
            for (const other of rooms.of(vote.room)) other.send(JSON.stringify(vote));
          });
        });
        http.listen(4000);
    """,
    "server/rooms.ts": """
        import Redis from "ioredis";
        const store = new Redis(process.env.REDIS_URL!);
        export const rooms = { of: (name: string) => [] as any[], keep: (name: string) => store.sadd("rooms", name) };
    """,
    "web/table.tsx": """
        export const join = () => {
          const socket = new WebSocket("wss://poker.example/estimates");
          socket.onmessage = (event) => console.log(event.data);
          return socket;
        };
    """,
}
"""A server of its own in a container: Express with ws, Redis beside it, and a page."""

SYNC = {
    "bff/sockets.js": """
        const { Server } = require("socket.io");
        const { createAdapter } = require("@socket.io/redis-adapter");

        module.exports = (http, publisher, subscriber) => {
          const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });
          io.on("connection", (socket) => {
            socket.join(`user:${socket.handshake.auth.user}`);
            socket.on("task", (task) => io.to(`user:${task.user}`).emit("task", task));
          });
          return io;
        };
    """
}
"""A back end for devices that follow each other: Socket.IO with rooms and the Redis adapter."""


def planned(folder: Path, files: dict[str, str]) -> tuple[Inventory, Plan]:
    inventory = scan_application(write(folder, files))
    return inventory, plan_migration(folder, inventory)


def reasons(plan: Plan, kind: str) -> set[str]:
    return {outcome.reason for outcome in plan.account.outcomes if outcome.site.kind == kind}


def test_a_back_end_in_typescript_is_scanned(tmp_path: Path) -> None:
    inventory, _ = planned(tmp_path, HERD)

    (api,) = inventory.apis
    assert [(route.key, route.handler) for route in api.routes] == [
        ("$connect", "handlers/socket.ts:handler"),
        ("$disconnect", "handlers/socket.ts:handler"),
        ("ask", "handlers/socket.ts:handler"),
    ]
    ask = next(route for route in api.routes if route.key == "ask")
    assert {key.name: key.required for key in ask.reads} == {"question": True, "herd": False}
    (push,) = inventory.pushes
    assert (push.gone, push.routes) == ("code", ("ask",))
    assert {item.route: item.recipient for item in push.by_route} == {"ask": "self"}
    assert push.handlers == ("handlers/socket.ts:handler", "handlers/worker.ts:run")
    (store,) = [store for store in inventory.stores if store.holds_connections]
    assert (store.resource, store.ttl_attribute, store.other_uses) == ("Connections", "ttl", ())
    assert sorted(use.operation for use in store.uses) == ["delete_item", "delete_item", "put_item"]
    assert [client.endpoint for client in inventory.management_clients] == ["environment"]
    assert {h.id: [t.kind for t in h.triggers] for h in inventory.handlers}["handlers/worker.ts:run"] == ["queue"]
    assert not any(problem.serious for problem in inventory.problems)


def test_a_back_end_in_typescript_is_left_with_its_bridge(tmp_path: Path) -> None:
    _inventory, plan = planned(tmp_path, HERD)

    assert (plan.edits, plan.copies) == ((), ())
    assert plan.left is not None
    assert "its handlers are typescript and stay where they are" in plan.left
    assert not plan.account.imbalance()
    for kind in ("handler", "push", "store_use", "management_client"):
        assert all("ws2sse shim APP --backend lambda" in reason for reason in reasons(plan, kind))
    assert {outcome.status for outcome in plan.account.outcomes} == {"skipped", "out_of_scope"}
    assert [(route.key, route.level) for route in plan.routes] == [
        ("$connect", None),
        ("$disconnect", None),
        ("ask", None),
    ]


def test_a_server_with_ws_is_scanned_and_left_with_its_bridge(tmp_path: Path) -> None:
    inventory, plan = planned(tmp_path, POKER)

    (server,) = inventory.servers
    assert (server.location.path, server.library, server.protocol) == ("server/index.ts", "ws", "websocket")
    assert server.features == ("broadcast", "rooms", "redis")
    assert [client.location.path for client in inventory.clients] == ["web/table.tsx"]
    assert reasons(plan, "server") == {
        "a server outside of API Gateway stays as it is; "
        "meanwhile `ws2sse shim --upstream ws://HOST:PORT/PATH` serves SSE and WebSocket clients"
    }
    assert reasons(plan, "client") == {"it stays a WebSocket client, because no API of this application is migrated"}
    assert not plan.account.imbalance()


def test_socket_io_is_told_what_the_bridge_means_for_it(tmp_path: Path) -> None:
    inventory, plan = planned(tmp_path, SYNC)

    (server,) = inventory.servers
    assert (server.library, server.protocol, server.features) == ("socket.io", "socket.io", ("rooms", "redis"))
    (reason,) = reasons(plan, "server")
    assert "ws2sse shim --upstream" in reason
    assert "clients stay Socket.IO clients" in reason


def test_handlers_in_python_are_migrated_beside_others(tmp_path: Path) -> None:
    serverless = dedent(SERVERLESS).replace("handler: app.say", "handler: say.run\n    runtime: nodejs20.x")
    files = {"serverless.yml": serverless, "app.py": CLIENT, "say.js": "exports.run = async () => 1;\n", **POKER}

    _, plan = planned(tmp_path, files)

    assert plan.left is None
    assert {route.key: route.level is None for route in plan.routes} == {"$connect": False, "say": True}
    by_path = {o.site.location.path: o for o in plan.account.outcomes if o.site.kind in {"handler", "server"}}
    assert by_path["say.js"].status == "skipped"
    assert (
        "javascript handlers are not migrated; meanwhile `ws2sse shim APP --backend lambda`" in by_path["say.js"].reason
    )
    assert by_path["server/index.ts"].status == "skipped"
    assert by_path["app.py"].status == "rewritten"


def test_modules_that_only_other_handlers_send_with_stay_behind(tmp_path: Path) -> None:
    serverless = dedent(SERVERLESS).replace("handler: app.say", "handler: handlers/worker.run\n    runtime: nodejs20.x")

    _, plan = planned(tmp_path, {**HERD, "serverless.yml": serverless, "app.py": CLIENT})

    behind = {item.path: item.reason for item in plan.left_behind}
    assert behind["lib/tell.ts"] == behind["handlers/worker.ts"] == "it is of handlers that are not Python"
    assert "lib/tell.ts" not in plan.copies


def test_the_command_writes_nothing_and_says_that_a_person_is_needed(tmp_path: Path) -> None:
    application, out = write(tmp_path / "app", HERD), tmp_path / "out"

    result = CliRunner().invoke(command, [str(application), "--out", str(out)])

    assert result.exit_code == 3
    assert "Nothing is written for the API" in result.output
    assert not out.exists()


CALL = "import json\n\ndef run(event, context):\n    frame = json.loads(event['body'])\n    return frame['streamSid'], frame['media']\n"


def test_an_api_that_is_refused_gets_no_successor(tmp_path: Path) -> None:
    files = {
        "serverless.yml": dedent(SERVERLESS).replace("app.say", "call.run"),
        "app.py": CLIENT,
        "call.py": CALL,
    }

    _, plan = planned(tmp_path, files)

    assert (plan.edits, plan.copies) == ((), ())
    assert plan.left is not None
    assert "speaks only WebSocket" in plan.left
    assert all("speaks only WebSocket" in reason for reason in reasons(plan, "handler"))
    assert result_of(plan).exit_code == 3


def test_routes_without_functions_are_refused_with_their_api() -> None:
    here = Location(path="main.tf")
    mock = FunctionlessRoute(key="$default", integration=Integration(type="MOCK", location=here), location=here)
    api = Api(id="A", name="calls", functionless_routes=(mock,), location=here)
    call = Refusal(kind="media_stream", severity="refuse", reason="a carrier calls", api="A", location=here)

    assert why_left(Inventory(application="x", apis=(api,)), api) is None
    assert why_left(Inventory(application="x", apis=(api,), refusals=(call,)), api) == "a carrier calls"


def test_other_routes_of_the_api_go_on(tmp_path: Path) -> None:
    more = dedent(SERVERLESS) + "  call:\n    handler: call.run\n    events: [{websocket: {route: media}}]\n"
    say = "\ndef say(event, context):\n    return {'statusCode': 200}\n"

    _, plan = planned(tmp_path, {"serverless.yml": more, "app.py": dedent(CLIENT) + say, "call.py": CALL})

    assert plan.left is None
    levels = {route.key: route for route in plan.routes}
    assert levels["media"].level is None
    assert "speaks only WebSocket" in levels["media"].reason
    assert levels["say"].level is not None
    by_path = {o.site.location.path: o for o in plan.account.outcomes if o.site.kind == "handler"}
    assert (by_path["call.py"].status, by_path["app.py"].status) == ("skipped", "rewritten")
    assert not plan.account.imbalance()


def test_a_handler_for_a_runtime_that_is_not_read_is_skipped_with_its_runtime(tmp_path: Path) -> None:
    serverless = dedent(SERVERLESS).replace("handler: app.say", "handler: com.example.Say::run\n    runtime: java21")

    _, plan = planned(tmp_path, {"serverless.yml": serverless, "app.py": CLIENT})

    (say,) = [o for o in plan.account.outcomes if o.site.kind == "handler" and o.status == "skipped"]
    assert say.reason.startswith("its runtime is java21, which is not read; meanwhile `ws2sse shim")
    assert not plan.account.imbalance()
