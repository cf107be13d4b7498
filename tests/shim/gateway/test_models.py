"""https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html"""

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.gateway.definition import LambdaProxy, RouteDefinition
from shim.gateway.models import ModelUnusable, body_is_valid, check_models

UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow])

NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "number", "minimum": 1}}}
TEXT = {"type": "object", "required": ["t"], "properties": {"t": {"type": "string", "maxLength": 3}}}


def route(expression: str | None = None, /, **models: object) -> RouteDefinition:
    return RouteDefinition(
        LambdaProxy("fn"),
        models={name.replace("default", "$default"): as_text(model) for name, model in models.items()},
        model_selection_expression=expression,
    )


def as_text(model: object) -> str:
    return model if isinstance(model, str) else json.dumps(model)


@pytest.mark.parametrize(
    ("schema", "reason", "at"),
    [
        ("{", "it is not JSON", ""),
        ("", "it is not JSON", ""),
        ("[" * 100_000, "nested too deep", ""),
        ([], "it is not a JSON object", ""),
        (True, "it is not a JSON object", ""),
        ({"type": "text"}, "'text' is not valid", "type"),
        ({"properties": {"a": {"minimum": "1"}}}, "'1' is not of type 'number'", "properties/a/minimum"),
        ({"required": []}, "[] should be non-empty", "required"),
        ({"$ref": "https://example.com/model.json"}, "only references within it are followed", "$ref"),
        ({"items": {"$ref": "model.json#/a"}}, "only references within it are followed", "items/$ref"),
        ({"$ref": "http://json-schema.org/draft-04/schema#"}, "only references within it are followed", "$ref"),
        ({"$ref": "file:///etc/passwd"}, "only references within it are followed", "$ref"),
        ({"allOf": [{"$ref": "#/definitions/a"}]}, "which is not there", "allOf/0/$ref"),
        ({"$ref": "#"}, "refers to itself without end", ""),
        ({"$ref": "#/$ref"}, "is not of type", ""),
        ({"$ref": 1}, "only references within it are followed", "$ref"),
        ({"$ref": "#a"}, "only references within it are followed", "$ref"),
        ({"$ref": "#/x/0/y", "x": [{}]}, "which is not there", "$ref"),
        ({"$ref": "#/x/1", "x": [{}]}, "which is not there", "$ref"),
        ({"$ref": "#/x/y", "x": "text"}, "which is not there", "$ref"),
        ({"$ref": "#/x", "x": {"minimum": "1"}}, "'1' is not of type 'number'", "minimum"),
        (
            {"$ref": "#/default/x", "default": {"x": {"$ref": "http://x"}}},
            "only references within it",
            "default/x/$ref",
        ),
        ({"items": {"id": "http://x", "$ref": "#/items"}}, "would change where references lead", "items/id"),
        ({"pattern": "("}, "is not a 'regex'", "pattern"),
        ({"$ref": "#/x", "x": {"y": {"pattern": "("}}}, "is no regular expression", "x/y/pattern"),
        ({"patternProperties": {"[": {}}}, "is no regular expression", "patternProperties/["),
    ],
)
def test_a_model_that_nothing_can_be_validated_with_is_refused_at_the_start(
    schema: object, reason: str, at: str
) -> None:
    with pytest.raises(ModelUnusable) as refused:
        check_models(route(default={}, broken=schema))

    assert refused.value.key == "broken"
    assert reason in refused.value.reason
    assert refused.value.at == at
    assert str(refused.value).startswith("the model 'broken'")


def test_models_that_no_message_would_ever_be_validated_with_are_refused() -> None:
    with pytest.raises(ModelUnusable, match=r"neither a model selection expression nor a model \$default") as refused:
        check_models(route(chat=NUMBER))

    assert refused.value.key is None


def test_a_model_selection_expression_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ModelUnusable, match="can't be read"):
        check_models(route("$request.body..kind", chat=NUMBER))


def test_nothing_is_ever_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    for schema in (
        {"$ref": "http://127.0.0.1:1/a"},
        {"id": "http://127.0.0.1:1/a", "items": {"$ref": "#/definitions/b"}},
    ):
        with pytest.raises(ModelUnusable):
            check_models(route(default=schema))
        with pytest.raises(ModelUnusable):
            body_is_valid(route(default=schema), "[1]")


def test_a_property_may_be_called_ref_or_pattern_and_data_may_look_like_a_reference() -> None:
    schema = {"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}, "enum": [{"$ref": "http://x"}]}
    check_models(route(default=schema))

    assert body_is_valid(route(default=schema), '{"$ref": "http://x"}')


@pytest.mark.parametrize("body", ["", "hello", "{", "NaN", '{"n": NaN}', "[" * 100_000, '{"n": ' + "9" * 5_000 + "}"])
def test_what_is_not_json_fits_no_model(body: str) -> None:
    assert not body_is_valid(route(default={}), body)


def test_a_route_without_models_takes_everything() -> None:
    check_models(route())

    assert body_is_valid(route(), "not json")
    assert body_is_valid(route("$request.body.kind"), "not json")


def test_the_default_model_is_for_all_messages_where_no_expression_selects_one() -> None:
    only = route(default=NUMBER, text=TEXT)
    check_models(only)

    assert body_is_valid(only, '{"n": 1}')
    assert not body_is_valid(only, '{"n": 0}')
    assert not body_is_valid(only, '{"t": "abc"}')
    assert not body_is_valid(only, "[]")


def test_the_expression_selects_a_model_and_default_takes_the_rest() -> None:
    several = route("$request.body.kind", number=NUMBER, text=TEXT, default={"required": ["other"]})
    check_models(several)

    assert body_is_valid(several, '{"kind": "number", "n": 1}')
    assert not body_is_valid(several, '{"kind": "number", "t": "abc"}')
    assert body_is_valid(several, '{"kind": "text", "t": "abc"}')
    assert body_is_valid(several, '{"kind": "else", "other": 1}')
    assert not body_is_valid(several, '{"kind": "else"}')


def test_where_nothing_is_selected_and_there_is_no_default_nothing_is_valid() -> None:
    several = route("$request.body.kind", number=NUMBER)
    check_models(several)

    assert body_is_valid(several, '{"kind": "number", "n": 1}')
    assert not body_is_valid(several, '{"kind": "else", "n": 1}')


@pytest.mark.parametrize("expression", ["$default", "\\$default", "number"])
def test_a_static_expression_names_one_model(expression: str) -> None:
    one = route(expression, default=NUMBER, number=NUMBER)
    check_models(one)

    assert body_is_valid(one, '{"n": 1}')
    assert not body_is_valid(one, "{}")


def test_it_is_draft_4() -> None:
    exclusive = route(default={"minimum": 1, "exclusiveMinimum": True})
    check_models(exclusive)

    assert not body_is_valid(exclusive, "1")
    assert body_is_valid(exclusive, "2")
    with pytest.raises(ModelUnusable):
        check_models(route(default={"exclusiveMinimum": 1}))
    assert body_is_valid(route(default={"const": 1}), "2")


def test_references_within_a_model_are_followed() -> None:
    tree = {
        "id": "http://example.com/[tree",
        "definitions": {
            "node": {"type": "object", "properties": {"child": {"$ref": "#/definitions/node"}}},
            "a/b%": {},
        },
        "allOf": [{"$ref": "#/definitions/node"}, {"$ref": "#/definitions/a~1b%25"}],
    }
    check_models(route(default=tree))

    assert body_is_valid(route(default=tree), '{"child": {"child": {}}}')
    assert not body_is_valid(route(default=tree), '{"child": {"child": 1}}')
    assert not body_is_valid(route(default=tree), '{"child":' * 400 + "1" + "}" * 400)


@pytest.mark.parametrize(
    ("body", "unique"),
    [
        ("[]", True),
        ("[1, 2]", True),
        ("[1, true, 0, false]", True),
        ('["1", 1, null]', True),
        ('[{"a": 1, "b": 2}, {"a": 1}]', True),
        ("[[1], [[1]]]", True),
        ('["true", true, "null", null]', True),
        ("[1e400, -1e400, 1.5, 1e20]", True),
        ("[1, 1.0]", False),
        ("[1e20, 100000000000000000000]", False),
        ("[0, -0.0]", False),
        ('[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]', False),
        ("[null, null]", False),
    ],
)
def test_items_are_unique_by_their_json_value(body: str, unique: bool) -> None:
    assert body_is_valid(route(default={"uniqueItems": True}), body) is unique
    assert body_is_valid(route(default={"uniqueItems": False}), body)


@pytest.mark.parametrize("item", [lambda number: {"a": number}, lambda number: number * (2**61 - 1)])
def test_a_message_full_of_items_that_must_be_unique_takes_time_in_proportion(item: Callable[[int], object]) -> None:
    def seconds(items: int) -> float:
        body = json.dumps([item(number) for number in range(items)])
        began = time.process_time()
        assert body_is_valid(route(default={"uniqueItems": True}), body)
        return time.process_time() - began

    assert min(seconds(16_000) for _ in range(3)) < 100 * max(seconds(1_000) for _ in range(3))  # quadratic: 256 times


def test_numbers_that_cannot_be_divided_are_not_valid() -> None:
    for divisor in (0.1, 7):
        for number in ("1e400", "-1e400", "1" + "0" * 400):
            body_is_valid(route(default={"multipleOf": divisor}), number)
    assert not body_is_valid(route(default={"multipleOf": 0.1}), "1" + "0" * 400)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)
KEYWORDS = st.sampled_from(
    ["type", "properties", "items", "required", "enum", "$ref", "pattern", "multipleOf", "minimum", "anyOf", "not", "id",
     "additionalItems", "dependencies", "uniqueItems", "maxLength", "patternProperties", "definitions", "format", "default", "x"]
)  # fmt: skip
SCHEMAS = st.recursive(
    JSON
    | st.sampled_from(
        [
            "string",
            "object",
            "#",
            "#/definitions/a",
            "#/x",
            "#/default",
            "#/items",
            "#/items/0",
            "#/x/a",
            "#/properties/x",
            "http://[",
            "a.*",
        ]
    ),
    lambda inner: st.dictionaries(KEYWORDS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@UNHURRIED
@given(SCHEMAS, JSON)
def test_no_schema_fails_with_anything_but_a_model_that_is_unusable(schema: Any, body: Any) -> None:
    one = route(default=json.dumps(schema))
    try:
        check_models(one)
    except ModelUnusable:
        with pytest.raises(ModelUnusable):
            body_is_valid(one, json.dumps(body))
    else:
        assert body_is_valid(one, json.dumps(body)) in {True, False}
