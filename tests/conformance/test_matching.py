"""What a case may expect, and what is told when something else arrives."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.conformance.matching import Different, check, check_value


def refused(expected: dict[str, Any], text: str | bytes) -> str:
    with pytest.raises(Different) as caught:
        check(expected, text)
    return caught.value.problem


class TestRefused:
    def test_bytes_are_never_text(self) -> None:
        assert "bytes arrived" in refused({"text": "x"}, b"x")

    def test_another_text(self) -> None:
        assert refused({"text": "x"}, "y") == "expected the text 'x', got 'y'"

    def test_text_that_is_no_json(self) -> None:
        assert refused({"json": {}}, "hello") == "expected JSON, got 'hello'"

    def test_a_member_too_many(self) -> None:
        assert refused({"json": {"a": {"b": 1}}}, '{"a": {"b": 1, "c": 2}}') == "a has c, which should not be there"

    def test_a_member_too_few(self) -> None:
        assert refused({"subset": {"a": {"b": 1}}}, '{"a": {}}') == "a has no b: '{}'"

    def test_a_number_for_a_string_and_a_boolean_for_a_number(self) -> None:
        assert refused({"json": {"a": "1"}}, '{"a": 1}') == "expected '1' at a, got '1'"
        assert refused({"json": {"a": 1}}, '{"a": true}') == "expected '1' at a, got 'true'"

    def test_another_order(self) -> None:
        assert "in this order at a" in refused({"order": {"a": ["x", "y"]}}, '{"a": {"y": 1, "x": 2}}')

    def test_what_should_be_absent_even_as_null(self) -> None:
        assert refused({"absent": ["a.b"]}, '{"a": {"b": null}}') == "a.b should not be there, and is 'null'"

    def test_a_list_of_another_length(self) -> None:
        assert "at a" in refused({"subset": {"a": [1]}}, '{"a": [1, 2]}')

    @pytest.mark.parametrize(
        ("placeholder", "value"),
        [
            ("<id>", "short="),
            ("<id>", "AAAAAAAAAAAAAA/="),
            ("<id>", None),
            ("<clf>", "2024-11-11T11:35:24Z"),
            ("<iso>", 1731324924553),
            ("<now-ms>", 1731324924553),
            pytest.param("<now-ms>", str(int(time.time() * 1000)), id="<now-ms> as text"),
            ("<int>", True),
            ("<int>", 1.0),
            ("<trace>", "Root=1-x"),
            ("<domain>", "localhost"),
            ("<ip>", "null"),
            ("<non-empty>", ""),
            ("<re:a+>", "aab"),
        ],
    )
    def test_placeholders(self, placeholder: str, value: object) -> None:
        assert refused({"json": {"a": placeholder}}, json.dumps({"a": value})).startswith("expected")


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("<any>", None),
        ("<id>", "BFaT_fAL-AMCKug="),
        ("<clf>", "11/Nov/2024:11:35:24 +0000"),
        ("<iso>", "2024-11-11T13:45:35.513Z"),
        ("<int>", 7),
        ("<number>", 7.5),
        ("<trace>", "Root=1-6731ebfc-0123456789abcdef01234567"),
        ("<domain>", "abcdefghij.execute-api.eu-west-1.amazonaws.com"),
        ("<ip>", "2001:db8::1"),
        ("<ip>", "127.0.0.1"),
        ("<re:a+>", "aa"),
    ],
)
def test_placeholders_stand_for_any_value_of_their_form(placeholder: str, value: object) -> None:
    check({"json": {"a": placeholder}}, json.dumps({"a": value}))


def test_now_is_the_time_of_the_answer_and_not_of_another_day() -> None:
    check({"json": {"a": "<now-ms>"}}, json.dumps({"a": int(time.time() * 1000)}))


def test_keys_of_json_come_in_any_order_unless_one_is_given() -> None:
    check({"json": {"a": 1, "b": 2}, "order": {"": ["b", "a"]}}, '{"b": 2, "a": 1}')


def test_a_subset_holds_at_every_depth() -> None:
    check_value({"subset": {"a": {"b": [{"c": 1}]}}}, {"a": {"b": [{"c": 1, "d": 2}], "e": 3}})
