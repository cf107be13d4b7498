"""What an application keeps beside a connection comes back from Redis as it was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams.redis.annotations import AnnotationNotKept, annotation_arguments, attributes_of
from shim.streams.redis.values import dump, load

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
)
sets = st.one_of(
    st.sets(st.text()), st.sets(st.integers()), st.sets(st.binary()), st.sets(st.decimals(allow_nan=False))
)
names = st.one_of(st.text(), st.sampled_from(["$decimal", "$bytes", "$set", "$map"]))
values = st.recursive(
    st.one_of(scalars, sets), lambda inner: st.one_of(st.lists(inner), st.dictionaries(names, inner)), max_leaves=12
)


@given(values)
def test_whatever_dynamodb_holds_comes_back_as_it_was(value: Any) -> None:
    assert repr_sorted(load(dump(value))) == repr_sorted(value)


@given(st.permutations(["a", "b", "c", "ä"]))
def test_equal_sets_are_equal_text(order: list[str]) -> None:
    assert dump(set(order)) == dump({"a", "b", "c", "ä"})


def test_plain_values_are_plain_json() -> None:
    assert (dump("a"), dump(7), dump([1, None]), dump({"k": 1})) == ('"a"', "7", "[1, null]", '{"k": 1}')


@pytest.mark.parametrize("value", [object(), float("nan"), {1: "x"}, [{"deep": object()}]])
def test_what_cannot_be_kept_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(AnnotationNotKept, match="room has a "):
        annotation_arguments({"room": value})


def test_attributes_are_names_and_values() -> None:
    arguments = annotation_arguments({"room": "a", "paid": Decimal("1.50")})

    assert arguments == ["room", '"a"', "1", "paid", '{"$decimal": "1.50"}', "0"]
    assert attributes_of([one.encode() for one in arguments if one not in {"0", "1"}]) == {
        "room": "a",
        "paid": Decimal("1.50"),
    }


def repr_sorted(value: Any) -> str:
    """1 and 1.0 and True are equal, and are not the same."""
    if isinstance(value, set):
        return f"set{sorted(map(repr, value))}"
    if isinstance(value, list):
        return f"[{', '.join(map(repr_sorted, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {repr_sorted(value[name])}' for name in sorted(value))}}}"
    return repr(value)
