"""Paths into JSON values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.jsonpath import MISSING, find, read_path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
STEPS = st.lists(st.none() | st.integers(-3, 3) | st.text(max_size=3)).map(tuple)


@pytest.mark.parametrize("text", ["", "a", "..a", "[?(@.a)]", "[0:2]", "['a','b']", "[a]", "['a]", "[", "[1234567890]"])
def test_what_is_no_step_is_not_read(text: str) -> None:
    assert read_path(text) == ((), 0)


@pytest.mark.parametrize(
    ("text", "path", "rest"),
    [
        (".a", ("a",), ""),
        (".a.b-c.d_1", ("a", "b-c", "d_1"), ""),
        (".a-", ("a",), "-"),
        (".a.", ("a",), "."),
        (".a/.b", ("a",), "/.b"),
        (".größe.@type", ("größe", "@type"), ""),
        ("['a b'][\"c.d\"]", ("a b", "c.d"), ""),
        (r"['it\'s']", ("it's",), ""),
        ("['}']}", ("}",), "}"),
        ("[0][-1][*].*", (0, -1, None, None), ""),
    ],
)
def test_steps_are_read_as_far_as_they_go(text: str, path: tuple[object, ...], rest: str) -> None:
    steps, end = read_path(text)

    assert steps == path
    assert text[end:] == rest


@pytest.mark.parametrize(
    "path",
    [("x",), ("a", "x"), (0,), ("a", "list", 3), ("a", "list", -4), ("a", "list", "0"), ("n", "x"), ("s", 0), ("a", 0)],
)
def test_a_path_that_leads_nowhere_finds_nothing(path: tuple[str | int, ...]) -> None:
    assert find({"a": {"list": [1, 2, 3]}, "n": None, "s": "text"}, path) is MISSING


def test_names_indexes_and_wildcards_find_what_is_there() -> None:
    value = {"a": [{"b": 1}, {"b": 2}, {"c": 3}], "": {"": 0}, "n": None}

    assert find(value, ()) is value
    assert find(value, ("a", 0, "b")) == 1
    assert find(value, ("a", -1, "c")) == 3
    assert find(value, ("", "")) == 0
    assert find(value, ("n",)) is None
    assert find(value, ("a", None, "b")) == [1, 2]
    assert find(value, ("a", None, None)) == [1, 2, 3]
    assert find(value, ("n", None)) == []


@given(JSON, STEPS)
def test_no_path_fails_in_any_value(value: object, path: tuple[str | int | None, ...]) -> None:
    find(value, path)


@given(st.text(st.sampled_from(".[]'\"*-0ab\\ "), max_size=30))
def test_no_text_fails_to_be_read_and_what_was_read_is_never_read_twice(text: str) -> None:
    steps, end = read_path(text)

    assert 0 <= end <= len(text)
    assert read_path(text, end) == ((), end)
    assert bool(steps) is (end > 0)
