"""Where scripts keep connections: what is no store of them first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory, Store
from tests.migrator.scan.node.applications import SERVERLESS, handler, scan_node

HEAD = """
    import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
    import { DynamoDBDocumentClient, PutCommand, DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
    import Redis from "ioredis";
    const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const redis = new Redis(process.env.REDIS);
    const TableName = process.env.TABLE;
"""


def kept(inventory: Inventory) -> list[Store]:
    return [store for store in inventory.stores if store.holds_connections]


@pytest.mark.parametrize(
    "body",
    [
        "await db.send(new PutCommand({ TableName: 'orders', Item: { order: 1 } }));",
        "await db.send(new DeleteCommand({ TableName: 'orders', Key: { order: 1 } }));",
        "await redis.set('greeting', 'hello');",
        "new Map().set(event.requestContext.connectionId, 1);",
        "cache.put({ key: event.requestContext.connectionId });",
    ],
)
def test_what_holds_no_connections_is_told(tmp_path: Path, body: str) -> None:
    assert kept(scan_node(tmp_path, handler(body, HEAD))) == []


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        ("await db.send(new PutCommand({ TableName, Item: { connectionId: event.requestContext.connectionId } }));", "put_item"),
        ("await db.send(new PutCommand({ TableName, Item: { pk: event.requestContext.connectionId } }));", "put_item"),
        ("const { connectionId } = event.requestContext; await db.send(new PutCommand({ TableName, Item: { connectionId } }));", "put_item"),
        ("await db.send(new PutItemCommand({ TableName, Item: { id: { S: event.requestContext.connectionId } } }));", "put_item"),
        ("await db.send(new DeleteCommand({ TableName, Key: { id: event.requestContext.connectionId } }));", "delete_item"),
        ("const Item = { connection_id: '1' }; const p = { TableName, Item }; await db.put(p).promise();", "put_item"),
        ("await db.delete({ TableName: process.env.TABLE, Key: { connectionId: 'x' } }).promise();", "delete_item"),
    ],
)  # fmt: skip
def test_tables_of_connections_are_found(tmp_path: Path, body: str, operation: str) -> None:
    (store,) = kept(scan_node(tmp_path, handler(body, HEAD)))

    assert (store.variable, store.table) == ("TABLE", "board-connections")
    assert [use.operation for use in store.uses] == [operation]


def test_a_table_that_keeps_more_says_so(tmp_path: Path) -> None:
    body = """
        await db.send(new PutCommand({ TableName, Item: { connectionId: event.requestContext.connectionId } }));
        await db.send(new PutCommand({ TableName, Item: { message: 'x', at: 1 } }));
    """

    (store,) = kept(scan_node(tmp_path, handler(body, HEAD)))

    assert "items without a connection id are written (message, at" in store.other_uses[0]


def test_time_to_live_and_attributes_are_read(tmp_path: Path) -> None:
    body = "await db.send(new PutCommand({ TableName, Item: { connectionId: '1', room: 'r', ttl: 5 } }));"

    (store,) = kept(scan_node(tmp_path, handler(body, HEAD)))

    assert (store.ttl_attribute, store.attributes) == ("ttl", ("connectionId", "room", "ttl"))


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        ("await redis.sadd('sockets', event.requestContext.connectionId);", "sadd"),
        ("await redis.hset(`room:${1}`, event.requestContext.connectionId, '1');", "hset"),
        ("await redis.set(`user:${event.requestContext.connectionId}`, 'x');", "set"),
    ],
)
def test_redis_keys_with_connections_are_stores(tmp_path: Path, body: str, operation: str) -> None:
    (store,) = kept(scan_node(tmp_path, handler(body, HEAD)))

    assert store.id.startswith("redis ")
    assert [use.operation for use in store.uses] == [operation]


def test_a_declared_table_is_the_same_store_for_both_languages(tmp_path: Path) -> None:
    table = """
resources:
  Resources:
    Connections:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: board-connections
        KeySchema: [{AttributeName: connectionId, KeyType: HASH}]
        AttributeDefinitions: [{AttributeName: connectionId, AttributeType: S}]
"""
    body = "await db.send(new PutCommand({ TableName, Item: { connectionId: '1' } }));"
    found = scan_node(tmp_path, handler(body, HEAD), **{"serverless.yml": dedent(SERVERLESS) + table})

    (store,) = kept(found)
    assert (store.resource, store.keys, len(store.uses)) == ("Connections", ("connectionId",), 1)
    assert {resource.id: resource.use for resource in found.resources}["Connections"] == "websocket_only"
