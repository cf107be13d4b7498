"""The numbers behind a verdict, for people: how sure, how noticeable, how fast, and what nobody has tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shim.dualrun.judge.coverage import Cell, Coverage
from shim.dualrun.judge.power.power import Power
from shim.dualrun.judge.verdict import Measures, TypeVerdict
from shim.dualrun.report.text_table import text_table
from templates.text import visible

MAX_ROWS = 30
"""Rows of a table; the JSON form has more."""


def print_measures(measures: Measures, types: Sequence[TypeVerdict], console: Console) -> None:
    sentences = [str(measures.bound), str(measures.trail), str(measures.odd_one_out)]
    if measures.power is not None:
        sentences.append(_power(measures.power))
    if measures.latency is not None:
        sentences += map(str, (measures.latency, *measures.latency.results))
    for sentence in sentences:
        console.print(Text(f"  {visible(sentence)}"))
    if types:
        console.print(_types(types))
    console.print(_coverage(measures.coverage))


def _power(power: Power) -> str:
    if power.share is None:
        return "No fault could be injected, so nothing is known of what would have been noticed."
    end = "" if not power.missed else f" Not found, among others: {power.missed[0]}"
    return f"{power.found} of {power.injected} injected faults were found.{end}"


def _types(types: Sequence[TypeVerdict]) -> Table:
    columns = ("route", "type", "verdict", "messages", "differences", "of sessions, at most")
    table = text_table("Types of messages", *columns, caption=_more(len(types)))
    for found in types[:MAX_ROWS]:
        table.add_row(
            Text(visible(found.route)),
            Text(visible(found.type)),
            Text(found.verdict),
            Text(str(found.messages)),
            Text(str(found.differences)),
            Text(f"{found.bound.upper:.1%}"),
        )
    return table


def _coverage(coverage: Coverage) -> Table:
    """Untested phases are named: what nobody sees, nobody misses."""
    title = ", ".join(f"{coverage.count(cell)} {cell}" for cell in get_args(Cell))
    columns = ("route", "type", *(cell.lower() for cell in get_args(Cell)))
    caption = _more(len(coverage.rows))
    table = text_table(f"Coverage: {title}", *columns, caption=caption)
    for row in coverage.rows[:MAX_ROWS]:
        phases = (", ".join(phase for phase, cell in row.cells.items() if cell == wanted) for wanted in get_args(Cell))
        table.add_row(Text(visible(row.route)), Text(visible(row.type)), *map(Text, phases))
    return table


def _more(count: int) -> str | None:
    return f"and {count - MAX_ROWS} more" if count > MAX_ROWS else None
