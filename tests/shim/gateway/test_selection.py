"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.selection import evaluate, select_route

ROUTES = ["$connect", "$disconnect", "$default", "chat", "chat/join"]


@pytest.mark.parametrize("key", ["$connect", "$disconnect", "$default"])
def test_a_client_cannot_reach_the_routes_of_the_connection_itself(key: str) -> None:
    body = json.dumps({"action": key})

    assert select_route("$request.body.action", body, ROUTES) == "$default"
    assert select_route("$request.body.action", body, ["$connect", "$disconnect"]) is None


@pytest.mark.parametrize("body", ["", "hello", "{", "[" * 100_000, "\x00", '{"action": ' + "[" * 900 + "]" * 900 + "}"])
def test_what_is_not_json_goes_to_default(body: str) -> None:
    assert select_route("$request.body.action", body, ROUTES) == "$default"
    assert select_route("$request.body.action", body, ["chat"]) is None


@pytest.mark.parametrize("body", ["1", "null", "[]", '"chat"', "{}", '{"action": null}', '{"action": "other"}'])
def test_json_without_a_known_route_goes_to_default(body: str) -> None:
    assert select_route("$request.body.action", body, ROUTES) == "$default"


def test_a_known_route_is_matched_exactly() -> None:
    assert select_route("$request.body.action", '{"action": "chat"}', ROUTES) == "chat"
    assert select_route("$request.body.action", '{"action": "Chat"}', ROUTES) == "$default"


def test_several_variables_and_static_text() -> None:
    expression = "${request.body.service}/${request.body.action}"

    assert select_route(expression, '{"service": "chat", "action": "join"}', ROUTES) == "chat/join"


def test_the_examples_of_the_documentation() -> None:
    body = {"action": "join", "details": {"kind": "x"}, "list": ["item1", "item2"]}

    assert evaluate("${request.body.action}-${request.body.invalidPath}", body) == "join-"
    assert evaluate("$request.body.details.kind", body) == "x"
    assert evaluate("$request.body.list", body) == "[item1, item2]"
    assert evaluate("action", body) == "action"
    assert evaluate("\\$default", body) == "$default"


def test_variables_are_replaced_once() -> None:
    body = {"a": "$request.body.b", "b": "never"}

    assert evaluate("$request.body.a", body) == "$request.body.b"


@given(st.text(), st.text())
def test_no_input_makes_it_fail(expression: str, body: str) -> None:
    assert select_route(expression, body, ROUTES) in {*ROUTES, None}
