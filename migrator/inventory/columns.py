"""Columns of places in Python files: Python's own tree counts bytes of UTF-8, a Location characters."""

from __future__ import annotations


def column_of(line: str, offset: int) -> int:
    """1-based. `offset`: bytes before it in the line, as in `col_offset`."""
    before = offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))
    return before + 1
