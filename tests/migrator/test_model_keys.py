"""What a route's JSON schema says of its messages, and that they fit it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.inventory.model import MessageKey, Route, RouteSettings
from migrator.inventory.record import Location
from migrator.sessions.messages import message_for
from migrator.sessions.model_keys import MAX_KEYS, with_model_keys
from shim.gateway.definition import LambdaProxy, RouteDefinition
from shim.gateway.models import body_is_valid

HERE = Location(path="app.py")
ORDER = {
    "type": "object",
    "properties": {
        "action": {"type": "string"},
        "text": {"type": "string"},
        "colour": {"enum": ["red", "blue"]},
        "count": {"type": ["integer", "null"]},
        "urgent": {"type": "boolean"},
        "place": {"$ref": "#/definitions/place"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"item": {"type": "string"}}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "any": {},
    },
    "required": ["action", "text", "colour", "count", "urgent", "place", "lines"],
    "definitions": {"place": {"properties": {"room": {"type": "string"}}, "required": ["room"], "type": "object"}},
}


def route(*reads: MessageKey, **models: object) -> Route:
    settings = RouteSettings(
        models={key.replace("default", "$default"): json.dumps(one) for key, one in models.items()}
    )
    return Route(key="order", handler="app.py:f", reads=reads, settings=settings, location=HERE)


def read(name: str, **said: Any) -> MessageKey:
    return MessageKey(name=name, location=HERE, **{"required": False, **said})


def known(found: Route) -> dict[str, tuple[str, bool]]:
    return {key.name: (key.kind, key.required) for key in found.reads}


def test_a_route_without_a_model_is_left_as_it_is() -> None:
    one = route(read("text"))
    assert with_model_keys(one) is one


@pytest.mark.parametrize(
    "schema", ["{", "[]", "3", '{"properties": 5}', '{"$ref": "#/nowhere"}', '{"$ref": "#"}', "[" * 9999]
)
def test_a_schema_that_says_nothing_changes_nothing(schema: str) -> None:
    one = route(read("text")).model_copy(update={"settings": RouteSettings(models={"$default": schema})})
    assert with_model_keys(one).reads == one.reads


def test_what_a_model_declares_is_known() -> None:
    assert known(with_model_keys(route(default=ORDER))) == {
        "action": ("text", True),
        "text": ("text", True),
        "colour": ("text", True),
        "count": ("number", True),
        "urgent": ("boolean", True),
        "place": ("object", True),
        "place.room": ("text", True),
        "lines": ("list", True),
        "lines[].item": ("text", False),
        "tags": ("list", False),
        "any": ("unknown", False),
    }


def test_what_code_reads_takes_the_kind_and_the_values_of_the_model() -> None:
    (colour, count, *_) = with_model_keys(
        route(read("colour", literals=("green",)), read("count", literals=("x",), kind="text"), default=ORDER)
    ).reads
    assert (colour.literals, count.literals, count.kind, count.required) == (("red", "blue"), (), "number", True)


def test_the_default_model_goes_before_others() -> None:
    other = {"properties": {"other": {}}}
    assert "other" in known(with_model_keys(route(first=other)))
    assert "other" not in known(with_model_keys(route(first=other, default=ORDER)))


def test_a_model_of_itself_and_a_wide_one_end() -> None:
    tree = {
        "$ref": "#/definitions/t",
        "definitions": {"t": {"type": "object", "properties": {"t": {"$ref": "#/definitions/t"}}}},
    }
    assert len(with_model_keys(route(default=tree)).reads) < 10
    wide = {"properties": {f"k{number}": {} for number in range(MAX_KEYS + 50)}}
    assert len(with_model_keys(route(default=wide)).reads) == MAX_KEYS


@pytest.mark.parametrize("left_out", ["nothing", "optional"])
def test_messages_made_for_a_model_are_valid(left_out: Any) -> None:
    made = message_for("$request.body.action", with_model_keys(route(default=ORDER)), "alice", 1, left_out=left_out)
    assert made is not None
    served = RouteDefinition(LambdaProxy("f"), models={"$default": json.dumps(ORDER)})
    assert body_is_valid(served, made)


schemas = st.recursive(
    st.sampled_from(["string", "number", "boolean", "null", "other"]).map(lambda kind: {"type": kind}),
    lambda inner: st.one_of(
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(
            lambda found: {"type": "object", "properties": found}
        ),
        inner.map(lambda one: {"type": "array", "items": one}),
    ),
    max_leaves=8,
)


@given(schemas)
def test_any_schema_gives_messages(schema: dict[str, object]) -> None:
    assert message_for("$request.body.action", with_model_keys(route(default=schema)), "alice", 1) is not None
