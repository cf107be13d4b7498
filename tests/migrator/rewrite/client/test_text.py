from __future__ import annotations

import pytest

from migrator.rewrite.client.text import TextEdit, applied, indent_before, insertion, newline_of, position_of


def test_no_edits_change_nothing() -> None:
    assert applied("text", []) == "text"


def test_edits_that_overlap_are_an_error() -> None:
    with pytest.raises(ValueError, match="overlap at character 2"):
        applied("text", [TextEdit(0, 3, "a"), TextEdit(2, 4, "b")])


def test_edits_apply_by_position_and_the_same_edit_once() -> None:
    edits = [TextEdit(2, 3, "X"), insertion(0, "<"), insertion(0, "<"), insertion(4, "a"), insertion(4, "b")]
    assert applied("text", edits) == "<teXtab"


@pytest.mark.parametrize(("text", "newline"), [("", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\n", "\r\n")])
def test_the_line_end_is_the_first_one(text: str, newline: str) -> None:
    assert newline_of(text) == newline


def test_an_indent_is_white_space_only() -> None:
    assert indent_before("a\n\t b", 4) == "\t "
    assert indent_before("a b", 2) is None


def test_a_position_outside_the_text_is_none() -> None:
    assert position_of("a\nbc", 2, 2) == 3
    assert position_of("a\nbc", 3, 1) is None
    assert position_of("a\nbc", 2, 9) is None
