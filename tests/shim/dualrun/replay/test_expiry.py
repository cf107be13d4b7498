"""Rows whose time is over are deleted as AWS does it: late, and with a word to their stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from shim.dualrun.replay.pinned.expiry import BY_AWS, delete_expired
from shim.dualrun.replay.pinned.outside.events import stream_event

NOW = 1_800_000_000.0
DAY = 86_400
ROWS = {
    "TableName": "Rows",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(**{name: value for name, value in ROWS.items() if name != "TimeToLiveSpecification"})
        client.update_time_to_live(TableName="Rows", TimeToLiveSpecification=ROWS["TimeToLiveSpecification"])
        yield boto3.resource("dynamodb", region_name="us-east-1").Table("Rows")


def left(table: Any) -> list[str]:
    return sorted(item["id"] for item in table.scan()["Items"])


def test_rows_without_a_time_with_a_text_or_with_one_that_is_no_moment_stay(table: Any) -> None:
    for key, expires in (("none", None), ("text", str(int(NOW - 9 * DAY))), ("counter", 7), ("later", int(NOW))):
        table.put_item(Item={"id": key} if expires is None else {"id": key, "expires": expires})

    assert delete_expired(NOW + DAY) == 0
    assert left(table) == ["counter", "later", "none", "text"]


def test_rows_of_a_table_that_does_not_say_so_stay(table: Any) -> None:
    off = {"AttributeName": "expires", "Enabled": False}
    table.meta.client.update_time_to_live(TableName="Rows", TimeToLiveSpecification=off)
    table.put_item(Item={"id": "old", "expires": int(NOW - 9 * DAY)})

    assert delete_expired(NOW) == 0


def test_a_row_is_deleted_48_hours_after_its_time_and_its_stream_is_told_that_it_was_aws(table: Any) -> None:
    table.put_item(Item={"id": "expired", "expires": int(NOW - DAY)})
    table.put_item(Item={"id": "long expired", "expires": int(NOW - 2 * DAY)})

    assert delete_expired(NOW) == 1
    assert left(table) == ["expired"]
    table.delete_item(Key={"id": "expired"})
    (backend,) = (regions["us-east-1"] for regions in dynamodb_backends.values())
    records = [record.to_json() for record in backend.tables["Rows"].stream_shard.items]
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Rows/stream/2026"
    told = [(one["eventName"], one.get("userIdentity")) for one in stream_event(records, arn)["Records"]]
    assert told == [("INSERT", None), ("INSERT", None), ("REMOVE", BY_AWS), ("REMOVE", None)]
