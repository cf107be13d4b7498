"""What is left of a function on one route: what the route does not decide stays, word for word."""

import libcst as cst
import pytest

from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.folding import folded
from migrator.rewrite.python.known_values import names_of
from migrator.rewrite.python.situation import Situation

HEAD = 'CONNECT = "$connect"\nHANDLERS = {"$connect": on_connect, "ping": on_ping}\nTHINGS = {"ping": 1}\n\n\n'
KEY = 'event["requestContext"]["routeKey"]'


def fold(body: str, key: str = "ping", head: str = HEAD) -> str:
    text = "".join(f"    {line}\n" for line in body.split("\n"))
    facts = Facts("app.py", cst.parse_module(f"{head}def handle(event, context):\n{text}"))
    function = next(facts.all(cst.FunctionDef))
    made = folded(function, Situation(key, authorized=False), names_of(facts, {}))
    lines = facts.module.code_for_node(made.body).strip("\n").split("\n")
    return "\n".join(line.removeprefix("    ") for line in lines)


@pytest.mark.parametrize(
    "body",
    [
        "if event['body']:\n    a()",
        "if event.get('body'):\n    a()",
        "if key == 'ping':\n    a()",
        "if event['requestContext']['stage'] == 'dev':\n    a()",
        "if event['requestContext'].get('authorizer'):\n    a()",
        f"if {KEY} == other:\n    a()",
        f"if {KEY} in others:\n    a()",
        f"if {KEY}.count('i') == 1:\n    a()",
        f"for key in ({KEY}, 'x'):\n    a(key)",
        f"while {KEY} == 'ping':\n    a()",
        f"assert {KEY} == 'ping'",
        f"key = {KEY}\nkey = other()\nif key == 'ping':\n    a()",
        f"match {KEY}:\n    case str(key):\n        a()",
        f"match {KEY}:\n    case 'ping' if ready():\n        a()\n    case _:\n        b()",
        "match event['body']:\n    case 'ping':\n        a()",
        f"THINGS[{KEY}](event)",
        f"other[{KEY}](event)",
        "if event['requestContext']['eventType'] == kind():\n    a()",
        "if 'x' in event['body']:\n    a()",
        f"a({KEY})",
    ],
)
def test_what_the_route_does_not_decide_stays(body: str) -> None:
    assert fold(body) == body


@pytest.mark.parametrize(
    "change", ["HANDLERS['x'] = a", "HANDLERS.update(more)", "HANDLERS = make()", "fill(HANDLERS)"]
)
def test_a_table_that_may_change_stays(change: str) -> None:
    body = f"return HANDLERS[{KEY}](event)"
    assert fold(body, head=f"{HEAD.rstrip()}\n{change}\n\n\n") == body


def test_a_variable_without_a_value_is_not_made() -> None:
    body = f"if {KEY} == '$connect':\n    x = 1\nreturn x"
    with pytest.raises(NotNative, match="x would have no value on this route"):
        fold(body)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"if {KEY} == 'ping':\n    a()", "a()"),
        (f"if {KEY} != 'ping':\n    a()", "pass"),
        (f"if {KEY} == '$connect':\n    a()\nelse:\n    b()", "b()"),
        (f"if {KEY} == '$connect':\n    a()\nelif {KEY} == 'ping':\n    b()\nelse:\n    c()", "b()"),
        (f"if x():\n    a()\nelif {KEY} == 'ping':\n    b()\nelse:\n    c()", "if x():\n    a()\nelse:\n    b()"),
        (f"if x():\n    a()\nelif {KEY} == 'pong':\n    b()", "if x():\n    a()"),
        (f"if {KEY} == 'ping': a()", "a()"),
        (f"if {KEY} in ('ping', 'pong'):\n    a()", "a()"),
        (f"if {KEY} not in ['ping', 'pong']:\n    a()\nb()", "b()"),
        (f"if not {KEY} == CONNECT:\n    a()", "a()"),
        (f"if {KEY} == CONNECT:\n    a()\nb()", "b()"),
        (f"if {KEY} == 'ping' and x():\n    a()", "if x():\n    a()"),
        (f"if {KEY} == 'pong' or x():\n    a()", "if x():\n    a()"),
        (f"if {KEY} == 'pong' and x():\n    a()\nb()", "b()"),
        (f"if {KEY}.startswith('$'):\n    a()\nb()", "b()"),
        (f"if {KEY}.upper() == 'PING':\n    a()", "a()"),
        (f"return a() if {KEY} == 'ping' else b()", "return a()"),
        (f"key = {KEY}\nif key == 'ping':\n    a()", "a()"),
        ("rc = event['requestContext']\nif rc.get('routeKey') == 'ping':\n    a()", "a()"),
        (
            "rc = event.get('requestContext', {})\nkey = rc['routeKey']\nif key == 'ping':\n    a(rc)",
            "rc = event.get('requestContext', {})\na(rc)",
        ),
        (f"key = {KEY}\nprint(key)\nif key == 'ping':\n    a()", f"key = {KEY}\nprint(key)\na()"),
        ("if event['requestContext']['eventType'] == 'MESSAGE':\n    a()", "a()"),
        ("if event['requestContext']['eventType'] == 'CONNECT':\n    a()\nb()", "b()"),
        (f"if {KEY} == 'ping':\n    return a()\nreturn b()", "return a()"),
        (f"if {KEY} == 'pong':\n    return a()\nx = 1\nreturn b(x)", "x = 1\nreturn b(x)"),
        (
            f"try:\n    if {KEY} == 'pong':\n        a()\nexcept KeyError:\n    b()",
            "try:\n    pass\nexcept KeyError:\n    b()",
        ),
        (f"match {KEY}:\n    case '$connect':\n        a()\n    case 'ping' | 'pong':\n        b()", "b()"),
        (f"match {KEY}:\n    case '$connect':\n        a()\n    case _:\n        c()", "c()"),
        (f"return HANDLERS[{KEY}](event, context)", "return on_ping(event, context)"),
        (f"return HANDLERS.get({KEY}, on_other)(event)", "return on_ping(event)"),
        (f"do = HANDLERS.get({KEY})\nif do is None:\n    return b()\nreturn do(event)", "return on_ping(event)"),
        (f"do = HANDLERS.get({KEY})\nif not do:\n    return b()\nreturn do(event)", "return on_ping(event)"),
        (f"if {KEY} in HANDLERS:\n    return HANDLERS[{KEY}](event)\nreturn b()", "return on_ping(event)"),
        (f"table = {{'ping': on_ping}}\nreturn table[{KEY}](event)", "return on_ping(event)"),
        ("if 'Records' in event:\n    return a()\nb()", "b()"),
        ("if event.get('is_async'):\n    return a()\nb()", "b()"),
        ("if event.get('source') == 'aws.events':\n    return a()\nb()", "b()"),
        ("if 'requestContext' in event:\n    return a()\nb()", "return a()"),
        ("if event.get('requestContext'):\n    return a()\nb()", "return a()"),
        ("if 'body' not in event:\n    return a()\nb()", "b()"),
        ("if event.get('httpMethod') is not None:\n    return a()\nb()", "b()"),
    ],
)
def test_what_the_route_decides_goes(body: str, left: str) -> None:
    assert fold(body) == left


def test_a_key_that_is_not_there_raises_as_before() -> None:
    body = f"body = event['body']\nif {KEY} == 'ping':\n    a(body)\nb()"
    assert fold(body, "$disconnect") == "body = event['body']\nb()"
    assert fold(body.replace("['body']", ".get('body')"), "$disconnect") == "b()"


def test_comments_stay_with_what_stays() -> None:
    body = f"# which route\nif {KEY} == '$connect':\n    # connects\n    a()\nelse:\n    # anything else\n    b()"
    assert fold(body, "$connect") == "# which route\n# connects\na()"
    assert fold(body, "ping") == "# anything else\nb()"


def test_a_body_is_there_in_messages_alone() -> None:
    body = "if event.get('body'):\n    a()\nb()"
    assert fold(body, "ping") == body
    assert fold(body, "$connect") == fold(body, "$disconnect") == "b()"
