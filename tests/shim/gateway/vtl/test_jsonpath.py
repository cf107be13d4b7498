from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.vtl.jsonpath import ABSENT, PathInvalid, look_up

VALUE = {"a": {"b": [10, 20, 30]}, "x.y": 1, "list": [{"id": 1}, {"id": 2}, {}], "é-1": "u", "it's": 2, "none": None}


@pytest.mark.parametrize(
    "path",
    [
        "$..a",
        "$.",
        "$.a.",
        "$[",
        "$['a",
        "$[a]",
        "$.list[?(@.id==1)]",
        "$.a b",
        "$['a','b']",
        "$.a.length().b",
        "$.a[1:2:3]",
        "x" * 1_025,
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(PathInvalid):
        look_up(VALUE, path)


@pytest.mark.parametrize(
    "path", ["$.nope", "$.a.b.c", "$.a.b[3]", "$.a.b[-4]", "$.a[0]", "$.x.y", "$.none.x", "$['a.b']"]
)
def test_a_path_may_lead_nowhere(path: str) -> None:
    assert look_up(VALUE, path) is ABSENT


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", VALUE),
        ("$.a.b", [10, 20, 30]),
        ("a.b[1]", 20),
        ("$['a']['b'][-1]", 30),
        ('$["x.y"]', 1),
        ('$["it\'s"]', 2),
        ("$.é-1", "u"),
        ("$.none", None),
        ("$.list[*].id", [1, 2]),
        ("$.a.*", [[10, 20, 30]]),
        ("$.a.b[0:2]", [10, 20]),
        ("$.a.b[-2:]", [20, 30]),
        ("$.nope[*]", []),
        ("$.a.b.length()", 3),
        ("$.list[*].id.length()", 2),
    ],
)
def test_paths(path: str, found: object) -> None:
    assert look_up(VALUE, path) == found


@given(
    st.text(),
    st.recursive(st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5),
)
def test_no_path_fails_otherwise(path: str, value: object) -> None:
    with suppress(PathInvalid):
        look_up(value, path)
