"""Untrusted text made fit for the documents that we write."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

MAX_VALUE: Final = 200
"""Characters of a value that is shown on a line."""

_BIDI_AND_INVISIBLE = frozenset(
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters that reorder or hide text (https://www.unicode.org/reports/tr9/). Joiners stay: scripts need them."""

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""

_SPELLED = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029{''.join(sorted(_BIDI_AND_INVISIBLE))}]")
"""Control characters, lone surrogates, separators of lines and paragraphs, and what reorders or hides."""

_IN_JSON = re.compile(_SPELLED.pattern.replace("\x00-\x1f", ""))
"""The same but for control characters that JSON writes as escapes anyway."""

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNIFICANT = re.compile(r"[\\`*\[\]~|$&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LEADING = re.compile(r"^(?:([#+\-=:])|(\d+)([.)])|( ))")


def visible(text: str, keep: str = "") -> str:
    """The text with control, reordering and hidden characters spelled out, as in \\x1b or \\u202e.

    `keep`: characters that stay as they are, such as "\\n" where line breaks are wanted. Default: none.
    """
    return _SPELLED.sub(lambda match: match[0] if match[0] in keep else _spelled(match[0]), text)


def markdown(text: str) -> str:
    """One line of Markdown that shows exactly this text: no markup, no HTML, no comment can come from it.

    https://spec.commonmark.org/0.31.2/#backslash-escapes; `<`, `>` and `&` become entities, so that nothing
    in the output can look like one of our markers.
    """
    shown = _SIGNIFICANT.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), visible(text))
    return _LEADING.sub(_escaped_start, shown)


def markdown_code(text: str) -> str:
    """The text as a code span, or escaped like `markdown` where a code span can't hold it safely."""
    shown = visible(text)
    if not shown.strip() or shown != shown.strip() or any(mark in shown for mark in ("`", "|", "<", "&")):
        return markdown(text)
    return f"`{shown}`"


def xml(text: str, keep: str = "") -> str:
    """The text `visible`, with what XML has no way to hold spelled out too. The writer of XML escapes the rest."""
    return _NOT_IN_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", visible(text, keep))


def json_visible(text: str) -> str:
    """The same JSON, with escapes for what acts on a terminal, reorders what is read, or can't be UTF-8."""
    return _IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def json_text(held: object) -> str:
    """On one line, with nothing in it that hides or reorders. A scalar of YAML's too: https://yaml.org/spec/1.2.2/"""
    return json_visible(json.dumps(held, ensure_ascii=False))


def days(number: int) -> str:
    return f"{number} {'day' if abs(number) == 1 else 'days'}"


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def value(held: object) -> str:
    if held is None:
        return "nothing"
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, int | float):
        return f"{held:,}"
    text = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


def _spelled(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _escaped_start(match: re.Match[str]) -> str:
    if match[1]:
        return f"\\{match[1]}"
    return f"{match[2]}\\{match[3]}" if match[2] else "&#32;"
