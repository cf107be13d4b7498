"""A table that only lists connections goes in favour of streams: all of its uses, or none."""

from typing import Any

import pytest

from migrator.inventory.model import Store, StoreUse
from migrator.inventory.record import Location
from tests.migrator.rewrite.applications import CONNECTIONS, assert_rewrites, handler, inventory, run

HEAD = 'import os\n\nimport boto3\n\ntable = boto3.resource("dynamodb").Table(os.environ["TABLE"])\n\n\n'
LIVE = "from sse_service.live import streams\n\n\n"


def why(source: str, *, more: dict[str, str] | None = None, store: Store = CONNECTIONS, **known: Any) -> str:
    """The reason for which the table stays; nothing has changed then."""
    result = run({"app.py": source, **(more or {})}, inventory(stores=(store,), **known))
    assert result.texts == {}
    return result.tables[0].reason


def goes(
    before: str, after: str, *, store: Store = CONNECTIONS, head: str = HEAD, live: str = LIVE, **more: Any
) -> None:
    assert_rewrites(head + before, live + after, inventory(stores=(store,)), **more)


def function(line: str) -> str:
    return f"def use(i, x):\n    {line}\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('table.put_item(Item={"connectionId": i}, ConditionExpression="x")', "uses ConditionExpression"),
        ("table.put_item(Item=x)", "doesn't write a literal item with connectionId"),
        ('table.put_item(Item={"user": i})', "doesn't write a literal item with connectionId"),
        ('table.put_item(Item={"connectionId": i, **x})', "doesn't write a literal item with connectionId"),
        ("table.put_item(**x)", "hides its arguments"),
        ('return table.put_item(Item={"connectionId": i})', "uses what AWS answers"),
        ('table.delete_item(Key={"connectionId": i, "room": x})', "doesn't give the key connectionId alone"),
        ('table.delete_item(Key={"connectionId": i}, ReturnValues="ALL_OLD")', "uses ReturnValues"),
        ("return table.scan()", "reads more than Items from the answer"),
        ("return table.scan(Limit=5)['Items']", "uses Limit"),
        ("return table.scan()['Count']", "reads more than Items from the answer"),
        ("return table.scan(ExclusiveStartKey=x)['Items']", "uses ExclusiveStartKey"),
        ("return table.query(KeyConditionExpression=Key('a').begins_with(x))['Items']", "more than equal attributes"),
        ("return table.query(KeyConditionExpression=Key(x).eq(i))['Items']", "more than equal attributes"),
        (
            "return table.query(KeyConditionExpression='a > :a', ExpressionAttributeValues={':a': x})['Items']",
            "more than",
        ),
        (
            "table.update_item(Key={'connectionId': i}, UpdateExpression='ADD n :n', ExpressionAttributeValues={':n': 1})",
            "does more than set attributes (ADD n :n)",
        ),
        ("table.update_item(Key={'connectionId': i}, UpdateExpression=x)", "does more than set attributes"),
        ("return table.get_item(Key={'connectionId': i}).get('Item', x)", "has its own default"),
        ("helper(table)", "passes the table on"),
        ("with table.batch_writer() as batch: pass", "calls batch_writer, which has no counterpart"),
        ("print(os.environ['TABLE'])", "names the table in a way that can't be followed"),
        ("client.put_item(TableName=os.environ['TABLE'])", "names the table in a way that can't be followed"),
    ],
)
def test_it_stays_when_one_use_is_not_understood(line: str, reason: str) -> None:
    fine = "def forget(i):\n    table.delete_item(Key={'connectionId': i})\n\n\n"
    assert reason in why(HEAD + fine + function(line))


def test_it_stays_with_another_key() -> None:
    source = HEAD + function("table.delete_item(Key={'userId': i})")
    assert "its key is userId, not the connection id" in why(
        source, store=CONNECTIONS.model_copy(update={"keys": ("userId",)})
    )
    both = CONNECTIONS.model_copy(update={"keys": ("room", "connectionId")})
    assert "its key is room and connectionId" in why(source, store=both)


def test_it_stays_when_it_holds_more() -> None:
    store = CONNECTIONS.model_copy(update={"other_uses": ("attribute history is read",)})
    assert "more than a list of connections: attribute history" in why(
        HEAD + function("table.scan()['Items']"), store=store
    )


def test_it_stays_when_a_function_that_runs_elsewhere_uses_it() -> None:
    outside = handler("worker.py:run", "Queue", kind="queue")
    reason = why(
        HEAD + function("table.delete_item(Key={'connectionId': i})"),
        more={"worker.py": "import app\n\n\ndef run(event, context):\n    app.use(1, 2)\n"},
        handlers=(outside,),
    )
    assert "worker.py:run (queue) runs elsewhere" in reason


def test_it_stays_when_the_inventory_knows_of_a_use_that_was_not_found() -> None:
    lost = StoreUse(location=Location(path="app.py", line=99), operation="scan")
    store = CONNECTIONS.model_copy(update={"uses": (lost,)})
    reason = why(HEAD + function("table.delete_item(Key={'connectionId': i})"), store=store)
    assert "app.py:99:1 uses it in a way that is not understood (scan)" in reason


def test_it_stays_when_a_row_is_replaced_by_a_smaller_one() -> None:
    source = (
        HEAD
        + "def join(i, x):\n    table.put_item(Item={'connectionId': i, 'room': x})\n\n\n"
        + "def leave(i):\n    table.put_item(Item={'connectionId': i})\n"
    )
    assert "replaces a row and thereby drops room" in why(source)
    begins = inventory({"$connect": "app.py:leave"}, stores=(CONNECTIONS,))
    assert run({"app.py": source}, begins).tables[0].reason == ""


def test_put_item() -> None:
    goes(
        function('table.put_item(Item={"connectionId": i, "room": x, "joined-at": 1})'),
        function("streams.annotate(i, connectionId=i, room=x, **{'joined-at': 1})"),
    )


def test_put_item_on_several_lines() -> None:
    goes(
        "def use(i, x):\n    table.put_item(\n        Item={\n            'connectionId': i,\n            'room': x,\n        }\n    )\n",
        "def use(i, x):\n    streams.annotate(\n        i,\n        connectionId=i,\n        room=x,\n    )\n",
    )


def test_the_time_to_live_is_not_kept_when_nobody_reads_it() -> None:
    store = CONNECTIONS.model_copy(update={"ttl_attribute": "ttl"})
    goes(
        function("table.put_item(Item={'connectionId': i, 'ttl': 1})"),
        function("streams.annotate(i, connectionId=i)"),
        store=store,
    )
    goes(
        "def use(i, row):\n    table.put_item(Item={'connectionId': i, 'ttl': row['ttl']})\n",
        "def use(i, row):\n    streams.annotate(i, connectionId=i, ttl=row['ttl'])\n",
        store=store,
    )


def test_a_key_with_our_own_name_is_not_kept_twice() -> None:
    store = CONNECTIONS.model_copy(update={"keys": ("connection_id",)})
    goes(
        function("table.put_item(Item={'connection_id': i, 'room': x})"),
        function("streams.annotate(i, room=x)"),
        store=store,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return table.scan()['Items']", "return streams.find()"),
        ("return table.scan(ProjectionExpression='connectionId').get('Items', [])", "return streams.find()"),
        ("return table.query(KeyConditionExpression=Key('room').eq(x))['Items']", "return streams.find(room=x)"),
        (
            "return table.query(IndexName='R', KeyConditionExpression=Key('a').eq(x) & Key('b').eq(i))['Items']",
            "return streams.find(a=x, b=i)",
        ),
        (
            "return table.query(KeyConditionExpression='a = :a AND #b = :b', ExpressionAttributeNames={'#b': 'b'}, "
            "ExpressionAttributeValues={':a': x, ':b': i})['Items']",
            "return streams.find(a=x, b=i)",
        ),
        ("return table.scan(FilterExpression=Attr('room').eq(x))['Items']", "return streams.find(room=x)"),
    ],
)
def test_scan_and_query(before: str, after: str) -> None:
    goes(function(before), function(after))


def test_an_answer_in_a_variable() -> None:
    goes(
        "def use():\n    answer = table.scan()\n    for row in answer.get('Items', []):\n        print(row['connectionId'])\n",
        "def use():\n    answer = streams.find()\n    for row in answer:\n        print(row['connectionId'])\n",
    )


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("return table.get_item(Key={'connectionId': i}).get('Item')", "return lookup(i)", "lookup"),
        (
            "return table.get_item(Key={'connectionId': i}).get('Item', {}).get('a')",
            "return (lookup(i) or {}).get('a')",
            "lookup",
        ),
        ("return table.get_item(Key={'connectionId': i})['Item']", "return streams.attributes(i)", "streams"),
    ],
)
def test_get_item(before: str, after: str, name: str) -> None:
    goes(function(before), function(after), live=f"from sse_service.live import {name}\n\n\n")


def test_get_item_with_a_guard() -> None:
    goes(
        "def use(i):\n    answer = table.get_item(Key={'connectionId': i})\n    if 'Item' not in answer:\n        return None\n"
        "    return answer['Item']['room']\n",
        "def use(i):\n    answer = lookup(i)\n    if answer is None:\n        return None\n    return answer['room']\n",
        live="from sse_service.live import lookup\n\n\n",
    )


def test_update_and_delete() -> None:
    goes(
        "def use(i, x):\n    table.update_item(\n        Key={'connectionId': i},\n        UpdateExpression='SET room = :r, #s = :s',\n"
        "        ExpressionAttributeNames={'#s': 'seen'},\n        ExpressionAttributeValues={':r': x, ':s': 1},\n    )\n"
        "    table.delete_item(Key={'connectionId': i})\n",
        "def use(i, x):\n    streams.annotate(\n        i,\n        room=x,\n        seen=1,\n    )\n    streams.forget(i)\n",
    )


def test_a_table_that_each_function_gets_anew() -> None:
    assert_rewrites(
        "import os\n\nimport boto3\n\ndynamodb = boto3.resource('dynamodb')\nTABLE = os.environ.get('TABLE')\n\n\n"
        "def drop(i):\n    table = dynamodb.Table(TABLE)\n    table.delete_item(Key={'connectionId': i})\n",
        LIVE + "def drop(i):\n    streams.forget(i)\n",
        inventory(stores=(CONNECTIONS,)),
    )


def test_a_function_that_makes_the_table() -> None:
    assert_rewrites(
        "import os\n\nimport boto3\n\n\ndef connections():\n    return boto3.resource('dynamodb').Table(os.getenv('TABLE'))\n\n\n"
        "def drop(i):\n    connections().delete_item(Key={'connectionId': i})\n",
        LIVE + "def drop(i):\n    streams.forget(i)\n",
        inventory(stores=(CONNECTIONS,)),
    )


def test_a_table_that_a_class_is_given_by_name() -> None:
    assert_rewrites(
        "import os\n\nimport boto3\n\n\nclass Rows:\n    def __init__(self, name, size):\n"
        "        self.table = boto3.resource('dynamodb').Table(name)\n        self.size = size\n\n"
        "    def drop(self, i):\n        print(self.size)\n        self.table.delete_item(Key={'connectionId': i})\n\n\n"
        "rows = Rows(os.environ['TABLE'], 5)\n",
        LIVE + "class Rows:\n    def __init__(self, size):\n        self.size = size\n\n"
        "    def drop(self, i):\n        print(self.size)\n        streams.forget(i)\n\n\nrows = Rows(5)\n",
        inventory(stores=(CONNECTIONS,)),
    )


def test_other_tables_stay() -> None:
    assert_rewrites(
        "import os\n\nimport boto3\n\ndb = boto3.resource('dynamodb')\ntable = db.Table(os.environ['TABLE'])\n"
        "history = db.Table(os.environ['HISTORY'])\n\n\n"
        "def drop(i):\n    table.delete_item(Key={'connectionId': i})\n    history.put_item(Item={'id': i})\n",
        "import os\n\nimport boto3\n\nfrom sse_service.live import streams\n\ndb = boto3.resource('dynamodb')\n"
        "history = db.Table(os.environ['HISTORY'])\n\n\n"
        "def drop(i):\n    streams.forget(i)\n    history.put_item(Item={'id': i})\n",
        inventory(stores=(CONNECTIONS,)),
    )


def test_a_table_that_a_function_without_a_known_trigger_uses_stays() -> None:
    source = (
        "import os, boto3\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
        "def handle(event, context):\n    table.delete_item(Key={'connectionId': event['requestContext']['connectionId']})\n"
    )
    known = inventory({"chat": "app.py:handle"}, stores=(CONNECTIONS,), handlers=(handler("app.py:sweep"),))
    (table,) = run({"app.py": source}, known).tables
    assert table.reason == "app.py:sweep (nothing says what runs it) runs elsewhere and may use it"
