import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from templates.text import markdown, markdown_code, visible

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _shown(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", _READER.render(source))).strip()


@pytest.mark.parametrize(
    "text", ["", "plain words", "handlers/send_message.py:12:3", "日本語", "a 👩‍👩‍👧 family", "50% (of 3.5)"]
)
def test_plain_text_is_left_alone(text):
    assert visible(text) == text
    assert markdown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\x00\x85\u2028", "\\x00\\x85\\u2028"),
        ("\ud800", "\\ud800"),
    ],
)
def test_control_and_hidden_characters_are_spelled_out(text, expected):
    assert visible(text) == expected


def test_line_breaks_stay_where_they_are_wanted():
    assert visible("a\nb\x00", "\n") == "a\nb\\x00"


def test_no_comment_and_no_tag_can_come_from_escaped_text():
    assert markdown("<!-- item:X --><script>") == "&lt;!-- item:X --&gt;&lt;script&gt;"


@pytest.mark.parametrize(
    "text", ["# head", "- item", "+ item", "1. item", "2) item", "> quote", "    code", "--", "==", ":-", "| a |"]
)
def test_nothing_at_the_start_of_a_line_becomes_structure(text):
    assert _READER.render(f"above\n{markdown(text)}\n").count("<p>") == 1
    assert _shown(markdown(text)) == text.strip()


@given(st.text())
def test_a_reader_of_the_markdown_sees_exactly_the_visible_text(text):
    assert _shown(markdown(text)) == visible(text).strip()


@given(st.text())
def test_a_code_span_shows_exactly_the_visible_text(text):
    assert _shown(markdown_code(text)) == visible(text).strip()


@given(st.text(alphabet=st.sampled_from("`*_[]()<>&!-#~|\\ ab1.:=+$\n\t")))
def test_no_mix_of_significant_characters_becomes_markup(text):
    assert _shown(markdown(text)) == visible(text).strip()
    assert _shown(markdown_code(text)) == visible(text).strip()
    assert not re.search(r"<(?!/?p>)[a-z]", _READER.render(markdown(text)))
