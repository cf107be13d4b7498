"""Batches of messages."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.faces.ndjson import BadLine, read_lines, read_strings

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("x", 1),
        ('{"a": 1}\nx', 2),
        ("{}\n\n{}", 2),
        ("\n", 1),
        ('{"a": NaN}', 1),
        ("[" * 100_000, 1),
        ('{"a":\n1}', 1),
        ("{}{}", 1),
        ("\ufeff{}", 1),
        ('"a\u2028', 1),
    ],
)
def test_the_first_line_that_is_not_json_is_named(body: str, number: int) -> None:
    with pytest.raises(BadLine) as refused:
        read_lines(body)

    assert str(refused.value) == f"line {number} of the batch is not JSON; no message of it was handled"


@pytest.mark.parametrize("line", ["1", "{}", "null", '["a"]', '"\\ud800"'])
def test_with_lines_of_strings_a_line_is_a_json_string(line: str) -> None:
    with pytest.raises(BadLine):
        read_strings(f'"fine"\n{line}\n')


def test_an_empty_body_has_no_lines() -> None:
    assert read_lines("") == read_strings("") == []


def test_a_line_is_the_message_byte_for_byte() -> None:
    assert read_lines('{"n": 1.0,  "e": "\\u00e4ä"}\r\n "two lines\\nof a string" \n12') == [
        '{"n": 1.0,  "e": "\\u00e4ä"}',
        ' "two lines\\nof a string" ',
        "12",
    ]


@given(st.lists(VALUES, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_json_values_arrive_as_they_were_written(values: list, end: str, last: bool, ascii_only: bool) -> None:
    lines = [json.dumps(value, ensure_ascii=ascii_only) for value in values]
    body = end.join(lines) + (end if last and lines else "")

    assert read_lines(body) == lines


@given(st.lists(TEXT, max_size=5))
def test_any_text_can_travel_as_a_string(texts: list[str]) -> None:
    assert read_strings("\n".join(json.dumps(text) for text in texts)) == texts


@given(st.text())
def test_whatever_comes_is_read_or_refused(body: str) -> None:
    for read in (read_lines, read_strings):
        try:
            messages = read(body)
        except BadLine:
            continue
        assert len(messages) <= body.count("\n") + 1
