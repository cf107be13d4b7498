"""A loop that sends the same to all of a group becomes one broadcast; any loop that does more stays a loop."""

from __future__ import annotations

import pytest

from migrator.rewrite.python.group_broadcast import RULE
from tests.migrator.rewrite.applications import CONNECTIONS, assert_rewrites, inventory, run

HEAD = (
    "import json\nimport os\nimport time\n\nimport boto3\nfrom boto3.dynamodb.conditions import Key\n\n"
    'table = boto3.resource("dynamodb").Table(os.environ["TABLE"])\nclient = boto3.client("apigatewaymanagementapi")\n\n\n'
)
FIND = 'table.query(IndexName="rooms", KeyConditionExpression=Key("room").eq(room))'
SEND = 'client.post_to_connection(ConnectionId=row["connectionId"], Data=data)'
KNOWN = inventory(stores=(CONNECTIONS,))


def loop(
    *,
    found: str = f'{FIND}["Items"]',
    before: str = "",
    send: str = SEND,
    handler: str = "except Exception:\n            pass",
    after: str = "",
) -> str:
    return (
        "def tell(room, data, me, body):\n"
        f"    for row in {found}:\n{before}        try:\n            {send}\n        {handler}\n{after}"
    )


def is_loop(source: str) -> bool:
    text = run({"app.py": HEAD + source}, KNOWN).texts["app.py"]
    assert "streams.send(" in text  # the rules before it did their part
    assert ("streams.broadcast(" in text) is not ("    for row in" in text)
    return "streams.broadcast(" not in text


@pytest.mark.parametrize(
    "source",
    [
        loop(after="        print(row)\n"),
        loop(after="    return row\n"),
        loop(before="        print(room)\n"),
        loop(before='        if row["connectionId"] == me:\n            continue\n'),
        loop(before='        data = row["name"]\n'),
        loop(before='        who = row["name"]\n', send="client.post_to_connection(ConnectionId=who, Data=data)"),
        loop(send='client.post_to_connection(ConnectionId=row["other"], Data=data)'),
        loop(send='client.post_to_connection(ConnectionId=row["connectionId"], Data=json.dumps(row))'),
        loop(send='client.post_to_connection(ConnectionId=row["connectionId"], Data=str(time.time()))'),
        loop(send='client.post_to_connection(ConnectionId=row["connectionId"], Data=data.pop())'),
        loop(send="client.post_to_connection(ConnectionId=me, Data=data)"),
        loop(send=f"{SEND}\n            print(room)"),
        loop(handler="except client.exceptions.GoneException:\n            pass"),
        loop(handler="except Exception as error:\n            print(error)"),
        loop(handler="except Exception:\n            pass  # gone"),
        loop(handler="except Exception:\n            break"),
        loop(handler="except Exception:\n            pass\n        else:\n            print(1)"),
        loop(found=f'sorted({FIND}["Items"], key=str)'),
        loop(found='table.query(KeyConditionExpression=Key("room").eq(body["room"]))["Items"]'),
        loop(after="    else:\n        print(1)\n"),
    ],
)
def test_a_loop_that_does_more_stays(source: str) -> None:
    assert is_loop(source)


def test_a_list_that_is_read_elsewhere_too_stays() -> None:
    listed = "def tell(room, data):\n    rows = {find}['Items']\n{more}    for row in rows:\n        try:\n            {send}\n        except Exception:\n            pass\n{after}"
    for more, after in (("    room = 1\n", ""), ("", "    return len(rows)\n")):
        assert is_loop(listed.format(find=FIND, send=SEND, more=more, after=after))


BROADCAST = """import json
import time

from sse_service.live import streams


def tell(room, data, me, body):
    try:
        streams.broadcast({data}, group={{{group}}})
    except Exception:
        pass
"""


@pytest.mark.parametrize(
    ("source", "data", "group"),
    [
        (loop(), "data", '"room": room'),
        (loop(handler="except Exception:\n            continue"), "data", '"room": room'),
        (
            loop(
                before='        to = row["connectionId"]\n',
                send="client.post_to_connection(ConnectionId=to, Data=data)",
            ),
            "data",
            '"room": room',
        ),
        (
            loop(found='table.scan(FilterExpression=Key("room").eq("hall") & Key("role").eq(me))["Items"]'),
            "data",
            '"room": "hall", "role": me',
        ),
    ],
)
def test_a_loop_that_only_sends_is_one_broadcast(source: str, data: str, group: str) -> None:
    assert_rewrites(HEAD + source, BROADCAST.format(data=data, group=group), KNOWN)


def test_all_of_a_table_are_a_group_too() -> None:
    head = HEAD.replace("from boto3.dynamodb.conditions import Key\n", "")
    assert_rewrites(head + loop(found='table.scan()["Items"]'), BROADCAST.format(data="data", group=""), KNOWN)


def test_what_is_sent_is_computed_once() -> None:
    send = 'client.post_to_connection(ConnectionId=row["connectionId"], Data=json.dumps({"text": data}))'
    after = BROADCAST.format(data='json.dumps({"text": data})', group='"room": room')
    assert_rewrites(HEAD + loop(send=send), after, KNOWN)


def test_a_list_that_only_the_loop_reads_goes_along() -> None:
    source = (
        f'def tell(room, data, me, body):\n    answer = {FIND}\n    for row in answer["Items"]:\n'
        f"        try:\n            {SEND}\n        except Exception:\n            pass\n"
    )
    assert_rewrites(HEAD + source, BROADCAST.format(data="data", group='"room": room'), KNOWN)


def test_the_account_names_the_rule() -> None:
    settled = run({"app.py": HEAD + loop()}, KNOWN).settled
    assert [(one.rule, one.safety) for one in settled if one.kind == "push"] == [(RULE, "safe")]
