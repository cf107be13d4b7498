"""A table of a report for people."""

from __future__ import annotations

from rich.table import Table


def text_table(title: str, *columns: str, caption: str | None = None) -> Table:
    """Without rows. What is too long for its column is folded."""
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
