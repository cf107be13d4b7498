"""Tables: what has no connection ids first, then what is kept beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Store
from tests.migrator.scan.applications import scan_say


def stores(tmp_path: Path, say: str) -> dict[str, Store]:
    return {store.id: store for store in scan_say(tmp_path, say).stores}


SAY = "def say(event, context):\n    pass\n"


def test_a_table_without_connection_ids_is_not_a_list_of_connections(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        boto3.resource("dynamodb").Table("orders").put_item(Item={"order": "1"})
    """
    found = stores(tmp_path, say)

    assert not found["orders"].holds_connections
    assert found["TABLE"].holds_connections


@pytest.mark.parametrize(
    "code",
    [
        "import queue\nqueue.Queue().scan()\n",
        "class Scanner:\n    def scan(self):\n        return []\nScanner().scan()\n",
        "import re\nre.Scanner([]).scan('x')\n",
    ],
)
def test_methods_of_the_same_name_elsewhere_are_left_alone(tmp_path: Path, code: str) -> None:
    assert list(stores(tmp_path, code + SAY)) == ["TABLE"]


def test_a_list_of_connections_has_its_name_variable_attributes_and_uses(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        table.delete_item(Key={"connection_id": event["requestContext"]["connectionId"]})
        table.query(IndexName="by-room")
    """
    store = stores(tmp_path, say)["TABLE"]

    assert (store.variable, store.table, store.keys) == ("TABLE", "notes-connections", ("connection_id",))
    assert store.attributes == ("connection_id", "room")
    assert {(use.operation, use.index, use.function) for use in store.uses} == {
        ("put_item", None, "connect"),
        ("delete_item", None, "say"),
        ("query", "by-room", "say"),
    }
    assert (store.holds_connections, store.other_uses) == (True, ())


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        ("table.put_item(Item={'message_id': '1', 'text': 'x'})", "items without a connection id are written"),
        ("table.put_item(Item=json.loads(event['body']))", "items are written whose attributes are not known"),
        ("table.put_item(Item={'connection_id': own, 'history': []})", "it keeps history of each connection"),
        ("table.update_item(Key={'room': 'a'}, UpdateExpression='SET topic = :t')", "items keyed by room get topic"),
    ],
)
def test_other_uses_have_their_reason(tmp_path: Path, write: str, reason: str) -> None:
    say = f"def say(event, context):\n    own = event['requestContext']['connectionId']\n    {write}\n"

    assert stores(tmp_path, say)["TABLE"].other_uses[0].startswith(reason)


def test_the_low_level_client_is_understood(tmp_path: Path) -> None:
    say = """
    db = boto3.client("dynamodb")

    def say(event, context):
        own = event["requestContext"]["connectionId"]
        db.put_item(TableName="sockets", Item={"id": {"S": own}, "expires_at": {"N": "1"}})
    """
    store = stores(tmp_path, say)["sockets"]

    assert store.holds_connections
    assert (store.attributes, store.ttl_attribute) == (("id", "expires_at"), "expires_at")


def test_a_batch_writer_writes_to_its_table(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        with table.batch_writer() as batch:
            batch.put_item(Item={"connection_id": "x"})
    """
    assert len(stores(tmp_path, say)["TABLE"].uses) == 2


def test_a_helper_for_any_table_keeps_them_apart(tmp_path: Path) -> None:
    say = """
    def get_table(name):
        return boto3.resource("dynamodb").Table(name)

    def save(name, item):
        get_table(name).put_item(Item=item)

    def say(event, context):
        save("sockets", {"id": event["requestContext"]["connectionId"]})
        save("orders", {"order": "1"})
    """
    found = stores(tmp_path, say)

    assert (found["sockets"].attributes, found["sockets"].other_uses) == (("id",), ())
    assert (found["orders"].attributes, found["orders"].holds_connections) == (("order",), False)
