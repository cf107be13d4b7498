"""Tables that nothing declares get the keys by which the code asks for items; those that are declared are left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.migrator.scan.applications import scan_say


def assumed(tmp_path: Path, say: str) -> dict[str, Any]:
    """Name -> CreateTable arguments."""
    return {str(table["TableName"]): table for table in scan_say(tmp_path, say).table_definitions}


def keys(tmp_path: Path, calls: str) -> tuple[list[str], dict[str, list[str]]]:
    """Keys of the table `orders` after these calls, and those of its indexes."""
    lines = "\n".join(f"        {line}" for line in calls.splitlines())
    say = f"""
    from boto3.dynamodb.conditions import Key
    def say(event, context):
        orders = boto3.resource("dynamodb").Table("orders")
{lines}
    """
    table = assumed(tmp_path, say).get("orders")
    if table is None:
        return [], {}
    indexes = table.get("GlobalSecondaryIndexes", [])
    return _names(table), {index["IndexName"]: _names(index) for index in indexes}


def _names(table: dict[str, Any]) -> list[str]:
    assert [element["KeyType"] for element in table["KeySchema"]] == ["HASH", "RANGE"][: len(table["KeySchema"])]
    return [element["AttributeName"] for element in table["KeySchema"]]


@pytest.mark.parametrize("calls", ["orders.scan()", "orders.put_item(Item=event)", "orders.get_item(Key=event)"])
def test_nothing_is_assumed_of_a_table_of_which_no_key_is_known(tmp_path: Path, calls: str) -> None:
    assert keys(tmp_path, calls) == ([], {})


def test_a_name_that_no_table_can_have_is_left_alone(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        boto3.resource("dynamodb").Table("a b").get_item(Key={"id": "1"})
    """
    assert "a b" not in assumed(tmp_path, say)


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ('orders.get_item(Key={"id": "1"})', ["id"]),
        ('orders.delete_item(Key={"room": "1", "id": "2"})', ["room", "id"]),
        (
            'orders.get_item(Key={"room": "1", "id": "2"})\norders.query(KeyConditionExpression=Key("room").eq("1"))',
            None,
        ),
        ('orders.query(KeyConditionExpression=Key("room").eq("1") & Key("id").begins_with("2"))', ["room", "id"]),
        ('orders.query(KeyConditionExpression=Key("id").gt("2") & Key("room").eq("1"))', ["room", "id"]),
        ('orders.query(KeyConditionExpression="room = :r AND id > :i")', ["room", "id"]),
        ('orders.query(KeyConditionExpression="begins_with(id, :i) AND room = :r")', ["room", "id"]),
        ('orders.query(KeyConditionExpression="#r = :r", ExpressionAttributeNames={"#r": "room"})', ["room"]),
        ('orders.put_item(Item={"text": "a", "connectionId": "1"})', ["connectionId"]),
        ('orders.put_item(Item={"id": "a", "text": "1"})', ["id"]),
    ],
)
def test_the_keys_are_those_by_which_items_are_found(tmp_path: Path, calls: str, found: list[str] | None) -> None:
    assert keys(tmp_path, calls) == (found or ["room", "id"], {})


def test_an_index_has_the_keys_of_its_queries(tmp_path: Path) -> None:
    calls = 'orders.get_item(Key={"id": "1"})\n'
    calls += 'orders.query(IndexName="by-room", KeyConditionExpression=Key("room").eq("1"))'
    assert keys(tmp_path, calls) == (["id"], {"by-room": ["room"]})


def test_numbers_are_numbers(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}, "at": {"N": "2"}})
    """
    kinds = {d["AttributeName"]: d["AttributeType"] for d in assumed(tmp_path, say)["orders"]["AttributeDefinitions"]}
    assert kinds == {"id": "S", "at": "N"}


def test_a_table_that_only_a_variable_names_has_a_name_made_of_it(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"]).get_item(Key={"id": "1"})
    """
    assert "orders-table" in assumed(tmp_path, say)
