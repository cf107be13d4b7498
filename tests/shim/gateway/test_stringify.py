"""Values as text: what Java prints, since that is what API Gateway shows of arrays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.stringify import MOST_LEVELS, value_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("[a, b]", "[a, b]"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-0, "0"),
        (2**70, "1180591620717411303424"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1.5, "1.5"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9_999_999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-1.25e20, "-1.25E20"),
        (1e400, "Infinity"),
        (["item1", "item2"], "[item1, item2]"),
        ([1, None, True, [2]], "[1, null, true, [2]]"),
        ([], "[]"),
        ({"a": 1, "b": ["x"]}, "{a=1, b=[x]}"),
        ({}, "{}"),
    ],
)
def test_the_text_of_a_value(value: object, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_deep_values_end_instead_of_failing(make: Any) -> None:
    value: object = "end"
    for _ in range(100_000):
        value = make(value)

    assert len(value_text(value)) <= MOST_LEVELS * len("{a=}")


@given(JSON)
def test_every_value_has_a_text(value: object) -> None:
    assert isinstance(value_text(value), str)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_is_that_number(value: float) -> None:
    assert float(value_text(value)) == value
    assert value_text(value) == value_text(json.loads(json.dumps(value)))
