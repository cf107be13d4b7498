"""Replacements in a text, made all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class TextEdit:
    """`text` in place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str
    indent: int = 0
    """Of inserted lines: at one place the deeper ones come first, since they belong to what ends there."""


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Edits that overlap count as one when one lies in the other."""
    made: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end, -edit.indent)):
        if edit.end <= position and edit.start < position:
            continue
        made += (text[position : max(edit.start, position)], edit.text)
        position = max(edit.end, position)
    return "".join((*made, text[position:]))


def line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def line_end(text: str, place: int) -> int:
    """The place behind the end of the line."""
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1
