"""Which routes can stream their answer: only those that send to nobody but their caller, in pieces."""

import ast
from typing import Any

import pytest

from migrator.inventory.model import Inventory, Push, RoutePush
from migrator.inventory.record import Location
from tests.migrator.rewrite.applications import inventory, run

HEAD = """
import boto3

client = boto3.client("apigatewaymanagementapi", endpoint_url="x")

"""
PUSH = 'client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data={})'
OK = '    return {"statusCode": 200}\n'


def pushing(source: str, known: Inventory, recipient: Any = "self", **more: Any) -> Inventory:
    """The inventory with a push to `recipient` for each `post_to_connection` of app.py, from each of its handlers."""
    handlers = tuple(handler.id for handler in known.handlers)
    routes = tuple(route.key for route in known.apis[0].routes)
    found = tuple(
        Push(
            location=Location(path="app.py", line=node.lineno, column=node.col_offset + 1),
            recipient=recipient,
            evidence="",
            function="",
            handlers=handlers,
            routes=routes,
            **more,
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "post_to_connection"
    )
    return known.model_copy(update={"pushes": found})


def streams(source: str, key: str = "ask", recipient: Any = "self", **more: Any) -> bool:
    known = pushing(source, inventory({key: "app.py:handle"}), recipient, **more)
    (endpoint,) = run({"app.py": source}, known).endpoints
    return endpoint.streams


def handle(body: str, head: str = HEAD) -> str:
    return f"{head}\ndef handle(event, context):\n{body}{OK}"


LOOP = handle(f"    for word in 'abc':\n        {PUSH.format('word')}\n")
ONCE = handle(f"    {PUSH.format(repr('x'))}\n")


@pytest.mark.parametrize("recipient", ["one", "group", "all", "unknown"])
def test_what_goes_to_others_too_is_no_answer(recipient: str) -> None:
    assert not streams(LOOP, recipient=recipient)


@pytest.mark.parametrize("recipient", ["one", "group", "all", "unknown"])
def test_the_recipient_is_that_of_the_route(recipient: Any) -> None:
    assert not streams(LOOP, by_route=(RoutePush(route="ask", recipient=recipient),))
    assert streams(LOOP, recipient=recipient, by_route=(RoutePush(route="ask", recipient="self"),))


def test_one_message_is_no_stream() -> None:
    assert not streams(ONCE)


def test_what_a_loop_goes_through_is_looked_at_once() -> None:
    body = f"    for key in {PUSH.format('str()')} or ():\n        print(key)\n"
    assert not streams(handle(body))


def test_a_function_that_only_is_made_in_a_loop_is_not_repeated() -> None:
    body = f"    tell = None\n    for word in 'abc':\n        tell = lambda: {PUSH.format('word')}\n    tell()\n"
    assert not streams(handle(body))


def test_a_route_without_an_address_of_its_own_has_no_answer_to_stream() -> None:
    assert not streams(LOOP, "$default")


@pytest.mark.parametrize(
    "line",
    [
        "import threading",
        "from concurrent.futures import ThreadPoolExecutor",
        "import multiprocessing",
        "from _thread import start_new_thread",
    ],
)
def test_code_that_works_beside_its_own_thread_may_send_from_there(line: str) -> None:
    assert not streams(f"{line}\n{LOOP}")


def test_a_handler_that_sends_nothing_streams_nothing() -> None:
    assert not streams(handle(""))


@pytest.mark.parametrize(
    "body",
    [
        f"    for word in 'abc':\n        {PUSH.format('word')}\n",
        f"    words = list('abc')\n    while words:\n        {PUSH.format('words.pop()')}\n",
        f"    for word in 'abc':\n        if word != 'b':\n            {PUSH.format('word')}\n",
        f"    [{PUSH.format('word')} for word in 'abc']\n",
        f"    {PUSH.format(repr('a'))}\n    {PUSH.format(repr('b'))}\n",
    ],
)
def test_pieces_to_the_caller_alone_are_an_answer(body: str) -> None:
    assert streams(handle(body))


def test_the_loop_may_be_further_out() -> None:
    tell = "def tell(word, connection_id):\n    client.post_to_connection(ConnectionId=connection_id, Data=word)\n\n"
    twice = "def also(word, connection_id):\n    tell(word, connection_id)\n\n"
    body = "    for word in 'abc':\n        also(word, event['requestContext']['connectionId'])\n"
    assert streams(handle(body, f"{HEAD}\n{tell}\n{twice}"))
    assert not streams(handle(body.replace("for word in 'abc'", "if (word := 'a')"), f"{HEAD}\n{tell}\n{twice}"))
