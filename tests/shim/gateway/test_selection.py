"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html"""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.selection import ExpressionUnusable, check_expression, evaluate, read_json, select_route

ROUTES = ["$connect", "$disconnect", "$default", "chat", "chat/join", "[a, b]", "7", "true", "join-", ""]
ACTION = "$request.body.action"


def of_body(expression: str, body: object) -> str:
    return evaluate(expression, {"request": {"body": body}})


@pytest.mark.parametrize("key", ["$connect", "$disconnect", "$default"])
@pytest.mark.parametrize("expression", [ACTION, "${request.body.action}", "${request.body['action']}"])
def test_a_client_cannot_reach_the_routes_of_the_connection_itself(key: str, expression: str) -> None:
    body = json.dumps({"action": key})

    assert select_route(expression, body, ROUTES) == "$default"
    assert select_route(expression, body, ["$connect", "$disconnect"]) is None


@pytest.mark.parametrize("parts", [("$con", "nect"), ("$", "disconnect"), ("\\$", "connect")])
def test_nor_by_pieces_of_their_names(parts: tuple[str, str]) -> None:
    body = json.dumps({"a": parts[0], "b": parts[1]})

    assert select_route("${request.body.a}${request.body.b}", body, ["$connect", "$disconnect"]) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "{",
        "\ufeff{}",
        "{'action': 'chat'}",
        '{"action": "chat"',
        '{"action": "chat"} x',
        '{"action": NaN}',
        "[" * 100_000,
        "\x00",
        '{"action": "chat", "n": ' + "9" * 5_000 + "}",
        '{"action": ' + "[" * 900 + "]" * 900 + "}",
        '{"action": "chat", "deep": ' + "[" * 50_000 + "]" * 50_000 + "}",
    ],
)
def test_what_is_not_json_goes_to_default(body: str) -> None:
    assert select_route(ACTION, body, ROUTES) == "$default"
    assert select_route(ACTION, body, ["chat"]) is None


@pytest.mark.parametrize(
    "body", ["1", "null", "true", "[]", '"chat"', "{}", '{"action": null}', '{"action": "other"}', '{"Action": "chat"}']
)
def test_json_without_a_known_route_goes_to_default(body: str) -> None:
    routes = [route for route in ROUTES if route]

    assert select_route(ACTION, body, routes) == "$default"
    assert select_route(ACTION, body, ["chat"]) is None


def test_a_known_route_is_matched_exactly() -> None:
    assert select_route(ACTION, '{"action": "chat"}', ROUTES) == "chat"
    assert select_route(ACTION, '{"action": "Chat"}', ROUTES) == "$default"
    assert select_route(ACTION, '{"action": " chat"}', ROUTES) == "$default"
    assert select_route(ACTION, ' {"action":\n"chat"} ', ROUTES) == "chat"


def test_of_members_with_the_same_name_the_last_counts() -> None:
    assert select_route(ACTION, '{"action": "other", "action": "chat"}', ROUTES) == "chat"


@pytest.mark.parametrize(("action", "key"), [("7", "7"), ("true", "true"), ('["a", "b"]', "[a, b]")])
def test_values_that_are_not_text_select_by_their_text(action: str, key: str) -> None:
    assert select_route(ACTION, f'{{"action": {action}}}', ROUTES) == key


def test_several_variables_and_static_text() -> None:
    expression = "${request.body.service}/${request.body.action}"

    assert select_route(expression, '{"service": "chat", "action": "join"}', ROUTES) == "chat/join"
    assert (
        select_route("$request.body.service/$request.body.action", '{"service": "chat", "action": "join"}', ROUTES)
        == "chat/join"
    )


def test_the_examples_of_the_documentation() -> None:
    body = {"service": "chat", "action": "join", "data": {"room": "room1234"}, "list": ["item1", "item2"]}

    assert of_body("$request.body.action", body) == "join"
    assert of_body("${request.body.action}", body) == "join"
    assert of_body("${request.body.service}/${request.body.action}", body) == "chat/join"
    assert of_body("${request.body.action}-${request.body.invalidPath}", body) == "join-"
    assert of_body("$request.body.data.room", body) == "room1234"
    assert of_body("$request.body.list", body) == "[item1, item2]"
    assert of_body("action", body) == "action"
    assert of_body("\\$default", body) == "$default"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("$request.body['a b']", "space"),
        ('${request.body["a b"]}', "space"),
        ("$request.body.list[0].id", "1"),
        ("$request.body.list[-1].id", "2"),
        ("$request.body.list[*].id", "[1, 2]"),
        ("$request.body.list[2]", ""),
        ("$request.body.n", ""),
        ("$request.body['}']", "brace"),
        ("${request.body['}']}", "brace"),
        ("${request.body['$context.x']}!", "quoted!"),
        ("$request.body.version-beta", ""),
        ("${request.body.version}-beta", "2-beta"),
        ("$request.body.version.", "2."),
        ("v$request.body.version", "v2"),
        ("\\$request.body.version", "$request.body.version"),
        ("\\${request.body.version}", "${request.body.version}"),
        ("$request.header.x", ""),
        ("$context.stage", ""),
    ],
)
def test_paths_into_the_body(expression: str, text: str) -> None:
    body = {
        "a b": "space",
        "list": [{"id": 1}, {"id": 2}],
        "n": None,
        "}": "brace",
        "$context.x": "quoted",
        "version": 2,
    }

    assert of_body(expression, body) == text


def test_variables_are_replaced_once() -> None:
    body = {"a": "$request.body.b", "b": "never", "c": "\\$"}

    assert of_body("$request.body.a", body) == "$request.body.b"
    assert of_body("${request.body.a}${request.body.c}", body) == "$request.body.b\\$"


def test_variables_of_models_templates_and_integrations() -> None:
    variables: dict[str, Any] = {
        "request": {"header": {"x-api-key": "k"}, "querystring": {"Name": "n"}},
        "context": {"authorizer": {"usageIdentifierKey": "u"}},
        "stageVariables": {"table": "t"},
        "integration": {"response": {"statuscode": 200, "header": {"content-type": "c"}, "body": {"kind": "b"}}},
    }

    for expression, text in {
        "$request.header.X-Api-Key": "k",
        "${request.header['X-API-KEY']}": "k",
        "$request.querystring.Name": "n",
        "$request.querystring.name": "",
        "$context.authorizer.usageIdentifierKey": "u",
        "${stageVariables.table}-x": "t-x",
        "$integration.response.statuscode": "200",
        "$integration.response.header.Content-Type": "c",
        "${integration.response.body.kind}": "b",
    }.items():
        assert evaluate(expression, variables) == text
        check_expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "$request.body..action",
        "$request.body.list[?(@.a)]",
        "$request.body.list[0:2]",
        "${request.body.action",
        "${request.body.action }",
        "$request",
        "${context}",
        "x$request.body['a",
    ],
)
def test_a_variable_that_cannot_be_read_is_refused_by_the_check_and_stays_as_text(expression: str) -> None:
    with pytest.raises(ExpressionUnusable) as refused:
        check_expression(expression)

    assert refused.value.at == expression.index("$")
    assert refused.value.rest == expression[refused.value.at :]
    assert repr(expression) in str(refused.value)
    assert of_body(expression, {"action": "chat"}) == expression
    assert select_route(expression, '{"action": "chat"}', ["chat", "$default"]) == "$default"


@pytest.mark.parametrize(
    "expression", ["", "$default", "$", "$$", "${", "{}", "$contextual", "$requests.body", "a$b", "\\"]
)
def test_what_begins_no_variable_is_static_text(expression: str) -> None:
    check_expression(expression)

    assert of_body(expression, {"b": 1}) == expression


def test_reading_json_never_fails_with_anything_but_a_value_error() -> None:
    for text in ("[" * (sys.getrecursionlimit() * 10), "Infinity", "9" * 5_000, ""):
        with pytest.raises(ValueError):  # noqa: PT011
            read_json(text)


STATIC = st.text().filter(lambda text: "$" not in text)
NAMES = st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=8)


@given(st.text(), st.text())
def test_no_input_makes_it_fail(expression: str, body: str) -> None:
    assert select_route(expression, body, ROUTES) in {*ROUTES, None}


@given(
    st.text(st.sampled_from("$\\{}[].'\"*-0ab rqequstbodycontext/"), max_size=60),
    st.recursive(
        st.none() | st.text(max_size=3) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    ),
)
def test_nothing_that_looks_like_an_expression_makes_it_fail(expression: str, body: object) -> None:
    assert isinstance(of_body(expression, body), str)


@given(STATIC)
def test_static_text_stays(text: str) -> None:
    assert of_body(text, {"a": 1}) == text


@given(STATIC, NAMES, st.text(), STATIC.filter(lambda text: not text.startswith("}")))
def test_static_text_around_a_variable_stays(before: str, name: str, value: str, after: str) -> None:
    before = before.rstrip("\\")

    assert of_body(f"{before}${{request.body.{name}}}{after}", {name: value}) == before + value + after


@given(st.dictionaries(st.text(max_size=6), st.text(), min_size=1))
def test_every_member_can_be_named_in_brackets(body: dict[str, str]) -> None:
    for name, value in body.items():
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        assert of_body(f"${{request.body['{quoted}']}}", body) == value


@given(st.text())
def test_no_value_of_a_client_reaches_a_key_that_begins_with_a_dollar_sign(value: str) -> None:
    routes = {"$connect", "$disconnect", "$" + value} - {"$default"}

    assert select_route(ACTION, json.dumps({"action": "$" + value}), routes) is None
