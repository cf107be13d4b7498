"""Small back ends in JavaScript and TypeScript, and what a scan makes of them."""

from __future__ import annotations

from pathlib import Path

from migrator.inventory.model import Inventory, Push
from tests.migrator.scan.applications import scan

SERVERLESS = """
    service: board
    provider:
      name: aws
      runtime: nodejs20.x
      environment:
        TABLE: board-connections
    functions:
      connect:
        handler: connect.handler
        events:
          - websocket: $connect
      say:
        handler: say.handler
        events:
          - websocket:
              route: say
"""
"""Two routes, served by the `handler` of connect.js and of say.js."""

CONNECT = "exports.handler = async () => ({ statusCode: 200 });\n"

V3 = """
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
    import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
    import { DynamoDBDocumentClient, ScanCommand, QueryCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
    const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const client = new ApiGatewayManagementApiClient({ endpoint: process.env.ENDPOINT });
    const post = (id) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: "x" }));
"""
"""Version 3 of the SDK; `post(id)` sends."""

V2 = """
    const AWS = require("aws-sdk");
    const db = new AWS.DynamoDB.DocumentClient();
    const client = new AWS.ApiGatewayManagementApi({ endpoint: process.env.ENDPOINT });
    const post = (id) => client.postToConnection({ ConnectionId: id, Data: "x" }).promise();
"""
"""Version 2 of the SDK; `post(id)` sends."""


def scan_node(folder: Path, say: str, name: str = "say.js", **files: str) -> Inventory:
    """An application whose route `say` is the given module."""
    return scan(folder, {"serverless.yml": SERVERLESS, "connect.js": CONNECT, name: say, **files})


def handler(body: str, head: str = V3) -> str:
    """A module whose handler has a body."""
    return f"{head}\n    export const handler = async (event) => {{\n    {body}\n    }};\n"


def only_push(inventory: Inventory) -> Push:
    (push,) = inventory.pushes
    return push
