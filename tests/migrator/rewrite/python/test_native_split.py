"""A function that serves several routes becomes one for each, and goes when nobody needs it any more."""

import pytest

from tests.migrator.rewrite.applications import assert_rewrites, handler, inventory, run
from tests.migrator.rewrite.python.endpoints import endpoint_of

BOTH = {"$connect": "app.py:handle", "$disconnect": "app.py:handle"}
SWITCH = """def handle(event, context):
    if event["requestContext"]["routeKey"] == "$connect":
        return {"statusCode": 200}
    leave(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
"""


def test_it_stays_for_the_routes_that_stay() -> None:
    source = SWITCH.replace('        return {"statusCode": 200}', "        KEPT.append(event)\n        return {}")
    result = run({"app.py": source}, inventory(BOTH))
    assert {level.key: level.level for level in result.levels} == {"$connect": "transport", "$disconnect": "native"}
    assert "def handle(event, context)" in result.texts["app.py"]
    assert "def disconnect(caller: CurrentCaller)" in result.texts["app.py"]
    assert run({"app.py": result.texts["app.py"]}, inventory(BOTH)).texts == {}


def test_it_stays_for_what_is_no_route() -> None:
    known = inventory({"chat": "app.py:handle"})
    both = handler("app.py:handle", "chat").model_copy(
        update={"triggers": (*known.handlers[0].triggers, handler("q", "Queue", kind="queue").triggers[0])}
    )
    source = (
        "def handle(event, context):\n    if 'Records' in event:\n        return work(event['Records'])\n"
        "    return {'statusCode': 200}\n"
    )
    result = run({"app.py": source}, known.model_copy(update={"handlers": (both,)}))
    assert result.texts["app.py"].endswith(source)
    assert "def chat() -> Response:\n    return Response(status_code=200)" in result.texts["app.py"]


def test_it_stays_for_who_calls_it() -> None:
    result = run({"app.py": SWITCH, "other.py": "from app import handle\n\nhandle({}, None)\n"}, inventory(BOTH))
    assert "def handle(event, context)" in result.texts["app.py"]
    assert "def connect() -> Response" in result.texts["app.py"]


def test_it_stays_where_all_names_are_taken() -> None:
    names = "connect, on_connect, connect_route, handle_connect_route = work()\n\n\n"
    result = run({"app.py": names + SWITCH}, inventory(BOTH))
    assert result.levels[0].level == "transport"
    assert "for something else" in result.levels[0].reason


def test_a_switch() -> None:
    assert_rewrites(
        SWITCH,
        "from fastapi import Response\nfrom sse_service.caller import CurrentCaller\n\n\n"
        "def connect() -> Response:\n    return Response(status_code=200)\n\n\n"
        "def disconnect(caller: CurrentCaller) -> Response:\n    leave(caller.connection_id)\n"
        "    return Response(status_code=200)\n",
        inventory(BOTH),
    )


@pytest.mark.parametrize(
    "helper",
    [
        "def key_of(event):\n    return event['requestContext']['routeKey']\n",
        'def key_of(event):\n    """Doc."""\n    return event.get(\'requestContext\', {}).get(\'routeKey\')\n',
    ],
)
def test_a_function_that_tells_the_route(helper: str) -> None:
    source = f"{helper}\n\n{SWITCH}".replace('event["requestContext"]["routeKey"]', "key_of(event)")
    text = run({"app.py": source}, inventory(BOTH)).texts["app.py"]
    assert "def connect() -> Response:\n    return Response(status_code=200)" in text
    assert "leave(caller.connection_id)" in text
    assert "key_of" not in text


@pytest.mark.parametrize(
    "helper",
    [
        "def key_of(event):\n    note()\n    return event['requestContext']['routeKey']\n",
        "def key_of(event):\n    return event['requestContext']['routeKey'].lower()\n",
        "def key_of(event):\n    return other['requestContext']['routeKey']\n",
        "@cached\ndef key_of(event):\n    return event['requestContext']['routeKey']\n",
    ],
)
def test_a_function_that_does_more_tells_nothing(helper: str) -> None:
    source = f"{helper}\n\n{SWITCH}".replace('event["requestContext"]["routeKey"]', "key_of(event)")
    text = run({"app.py": source}, inventory(BOTH)).texts.get("app.py", "")
    assert "def connect() -> Response:\n    return" not in text


def test_routes_that_are_the_same_share_a_function() -> None:
    source = "def handle(event, context):\n    work(event['body'])\n    return {'statusCode': 200}\n"
    known = inventory({"a": "app.py:handle", "b": "app.py:handle"})
    assert_rewrites(
        source,
        endpoint_of("text: MessageText", "work(text)\nreturn Response(status_code=200)"),
        known,
    )
    assert {endpoint.function for endpoint in run({"app.py": source}, known).endpoints} == {"handle"}


def test_routes_that_only_tell_their_key_share_none() -> None:
    source = (
        "def handle(event, context):\n    work(event['requestContext']['routeKey'])\n    return {'statusCode': 200}\n"
    )
    text = run({"app.py": source}, inventory({"a": "app.py:handle", "b": "app.py:handle"})).texts["app.py"]
    assert "def a() -> Response:\n    work('a')" in text
    assert "def b() -> Response:\n    work('b')" in text
    assert "def handle" not in text


@pytest.mark.parametrize("taken", ["connect = 1", "import connect", "def connect():\n    pass", "print(connect)"])
def test_names_of_the_module_are_not_taken(taken: str) -> None:
    text = run({"app.py": f"{taken}\n\n\n{SWITCH}"}, inventory(BOTH)).texts["app.py"]
    assert "def on_connect() -> Response" in text


def test_delegates_are_called_with_what_they_read() -> None:
    source = (
        "def joined(event):\n    add(event['requestContext']['connectionId'])\n    return {'statusCode': 200}\n\n\n"
        "def left(event, context):\n    drop(event['requestContext']['connectionId'])\n    return {'statusCode': 200}\n\n\n"
        "def handle(event, context):\n    key = event['requestContext']['routeKey']\n"
        "    if key == '$connect':\n        return joined(event)\n    return left(event, context)\n"
    )
    text = run({"app.py": source}, inventory(BOTH)).texts["app.py"]
    assert text.endswith(
        "def joined(caller: Caller):\n    add(caller.connection_id)\n    return {'statusCode': 200}\n\n\n"
        "def left(caller: Caller):\n    drop(caller.connection_id)\n    return {'statusCode': 200}\n\n\n"
        "def connect(caller: CurrentCaller) -> Response:\n    return connect_response(joined(caller))\n\n\n"
        "def disconnect(caller: CurrentCaller) -> Response:\n    return to_response(left(caller))\n"
    )
