"""Edits of text by position, and the habits of a text that they keep."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class TextEdit:
    """Puts `new` in the place of the characters from `start` up to `end`; equal positions insert."""

    start: int
    end: int
    new: str


def insertion(at: int, new: str) -> TextEdit:
    return TextEdit(at, at, new)


def applied(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits, which must not overlap. Insertions at one position keep their order; repeats are one."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at character {edit.start}")
        pieces += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*pieces, text[at:]])


def newline_of(text: str) -> str:
    """The line end that the text uses first; LF for a single line."""
    found = re.search(r"\r\n|\n", text)
    return found[0] if found else "\n"


def indent_before(text: str, at: int) -> str | None:
    """The white space between the start of the line and this position; None when there is more than white space."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if not before.strip() else None


def position_of(text: str, line: int, column: int) -> int | None:
    """The index of a 1-based line and column; None when the text is shorter."""
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if not at:
            return None
    return at + column - 1 if at + column - 1 <= len(text) else None
