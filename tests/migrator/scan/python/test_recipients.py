"""Whom a push addresses: what isn't understood first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from migrator.inventory.model import Push
from migrator.scan.python.recipients import Addressed, widest_of
from tests.migrator.scan.applications import scan_say

LEAD = """
from boto3.dynamodb.conditions import Attr, Key

def send(event, to):
    client_of(event).post_to_connection(ConnectionId=to, Data=b"")

def own(event):
    return event["requestContext"]["connectionId"]
"""


def push(tmp_path: Path, body: str) -> Push:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    (found,) = scan_say(tmp_path, f"{LEAD}\ndef say(event, context):\n{lines}\n").pushes
    return found


@pytest.mark.parametrize(
    "body",
    [
        "import elsewhere\nsend(event, elsewhere.pick())",
        "send(event, context.something())",
        "for to in [own(event), elsewhere()]:\n    send(event, to)",
    ],
)
def test_what_is_not_understood_is_unknown_and_says_why(tmp_path: Path, body: str) -> None:
    found = push(tmp_path, body)

    assert found.recipient == "unknown"
    assert "its origin is not understood" in found.evidence or "no call gives" in found.evidence


@pytest.mark.parametrize(
    ("body", "recipient"),
    [
        ("send(event, own(event))", "self"),
        ("me = event.get('requestContext', {}).get('connectionId')\nsend(event, me)", "self"),
        ("context = event['requestContext']\nsend(event, context['connectionId'])", "self"),
        ("for item in table.scan()['Items']:\n    send(event, item['connection_id'])", "all"),
        ("ids = [item['connection_id'] for item in table.scan().get('Items', [])]\nfor to in ids:\n    send(event, to)", "all"),
        ("rows = []\nrows.extend(table.scan()['Items'])\nfor row in rows:\n    send(event, row['connection_id'])", "all"),
        ("[send(event, item['connection_id']) for item in table.scan()['Items']]", "all"),
        ("list(map(lambda item: send(event, item['connection_id']), table.scan()['Items']))", "all"),
        (("client = boto3.client('dynamodb')\nfor page in client.get_paginator('scan').paginate(TableName='x'):\n"
         "    for item in page['Items']:\n        send(event, item['connection_id']['S'])"), "all"),
        ("for item in table.scan(FilterExpression=Attr('room').eq('a'))['Items']:\n    send(event, item['connection_id'])",
         "group"),
        (("found = table.query(IndexName='by-room', KeyConditionExpression=Key('room').eq('a'))\n"
         "for item in found['Items']:\n    send(event, item['connection_id'])"), "group"),
        (("found = table.query(KeyConditionExpression='room = :r', ExpressionAttributeValues={':r': 'a'})\n"
         "for item in found['Items']:\n    send(event, item['connection_id'])"), "group"),
        (("found = table.query(IndexName='u', KeyConditionExpression=Key('user_id').eq('a'))\n"
         "for item in found['Items']:\n    send(event, item['connection_id'])"), "one"),
        ("send(event, table.get_item(Key={'user': 'a'})['Item']['connection_id'])", "one"),
        ("for to in table.get_item(Key={'game': 'a'})['Item']['players']:\n    send(event, to)", "group"),
        ("send(event, json.loads(event['body'])['to'])", "one"),
        ("for record in event['Records']:\n    send(event, record['connectionId'])", "one"),
    ],
)  # fmt: skip
def test_the_origin_of_the_id_decides(tmp_path: Path, body: str, recipient: str) -> None:
    found = push(tmp_path, body)

    assert found.recipient == recipient, found.evidence
    assert found.evidence.endswith(".")


def test_two_uses_of_one_helper_give_the_wider_one(tmp_path: Path) -> None:
    found = push(
        tmp_path, "send(event, own(event))\nfor item in table.scan()['Items']:\n    send(event, item['connection_id'])"
    )

    assert found.recipient == "all"
    assert "requestContext.connectionId" in found.evidence


def test_a_name_that_is_used_again_for_something_else_is_not_mixed_up(tmp_path: Path) -> None:
    body = """
rows = table.get_item(Key={'room': 'a'})['Item']['log']
print(rows)
rows = table.scan()['Items']
for row in rows:
    send(event, row['connection_id'])
"""
    assert push(tmp_path, body).recipient == "all"


@pytest.mark.parametrize(
    ("loop", "excludes"),
    [
        ("for item in items:\n    send(event, item['connection_id'])", False),
        ("for item in items:\n    if item['connection_id'] == 'x':\n        continue\n    send(event, item['connection_id'])", False),
        ("for item in items:\n    if item['connection_id'] == own(event):\n        print('me')\n    send(event, item['connection_id'])",
         False),
        ("for item in items:\n    if item['connection_id'] == own(event):\n        continue\n    send(event, item['connection_id'])",
         True),
        ("for item in items:\n    if own(event) != item['connection_id']:\n        send(event, item['connection_id'])", True),
        ("for to in [i['connection_id'] for i in items if i['connection_id'] != own(event)]:\n    send(event, to)", True),
        (("for item in table.scan(FilterExpression=Attr('connection_id').ne(own(event)))['Items']:\n"
         "    send(event, item['connection_id'])"), True),
    ],
)  # fmt: skip
def test_whether_the_sender_is_left_out(tmp_path: Path, loop: str, excludes: bool) -> None:
    found = push(tmp_path, f"items = table.scan()['Items']\n{loop}")

    assert (found.recipient, found.excludes_sender) == ("all", excludes)


def test_of_many_origins_the_same_three_are_told_in_any_order() -> None:
    found = [
        Addressed("one", "it is the literal 'a'"),
        Addressed("unknown", "its origin is not understood (b)"),
        Addressed("unknown", "its origin is not understood (a)"),
        Addressed("self", "it is its own"),
    ]

    told = {widest_of(order) for order in permutations(found)}

    assert told == {
        Addressed(
            "unknown",
            "its origin is not understood (a); or its origin is not understood (b); or it is the literal 'a'",
        )
    }
