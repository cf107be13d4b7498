"""Whether a message is the one that somebody waits for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.fitting import message_fits

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ('{"a": 1}', '{"b": 1}'),
        ('{"a": null}', "{}"),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": true}', '{"a": 1}'),
        ('{"a": 1}', '{"a": true}'),
        ("[1]", "[1, 2]"),
        ('"hello"', "hello you"),
        ('{"a": 1}', "{bad"),
        ("{}", "hello"),
    ],
)
def test_another_message_does_not_fit(wanted, text):
    assert not message_fits(wanted, text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ('{"a": {"b": 1}}', '{"x": 0, "a": {"b": 1.0, "c": 2}}'),
        ('[{"a": 1}, 2]', '[{"a": 1, "b": 1}, 2]'),
        ('"hello"', "hello"),
        ('"{bad"', "{bad"),
        ('"hello"', '"hello"'),
        ("{}", '{"a": 1}'),
    ],
)
def test_a_message_that_fits(wanted, text):
    assert message_fits(wanted, text)


@given(values)
def test_every_value_fits_itself(value):
    assert message_fits(json.dumps(value), json.dumps(value))


@given(st.dictionaries(st.text(max_size=3), values, max_size=4), st.text(max_size=3), values)
def test_more_members_change_nothing(value, key, more):
    assert message_fits(json.dumps(value), json.dumps({key: more, **value}))
