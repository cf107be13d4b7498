"""The numbers behind a verdict, for people: how sure, how noticeable, how fast, and what nobody has tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shim.dualrun.judge.coverage import Coverage
from shim.dualrun.judge.power.power import Power
from shim.dualrun.judge.verdict import Measures, TypeVerdict
from shim.dualrun.report.visible import visible

MAX_ROWS = 30
"""Rows of a table; the JSON form has more."""


def print_measures(measures: Measures, types: Sequence[TypeVerdict], console: Console) -> None:
    sentences = [str(measures.bound), str(measures.trail), str(measures.odd_one_out)]
    if measures.power is not None:
        sentences.append(_power(measures.power))
    if measures.latency is not None:
        sentences += map(str, measures.latency.results)
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
    table = Table(title="Types of messages", title_justify="left", caption=_more(len(types)), caption_justify="left")
    for column in ("route", "type", "verdict", "messages", "differences", "of sessions, at most"):
        table.add_column(column, overflow="fold")
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
    cells = Counter(cell for row in coverage.rows for cell in row.cells.values())
    title = ", ".join(f"{cells[cell]} {cell}" for cell in ("Match", "Needs review", "Untested"))
    table = Table(title=f"Coverage: {title}", title_justify="left", caption=_more(len(coverage.rows)))
    for column in ("route", "type", "match", "needs review", "untested"):
        table.add_column(column, overflow="fold")
    for row in coverage.rows[:MAX_ROWS]:
        by_cell = {wanted: ", ".join(phase for phase, cell in row.cells.items() if cell == wanted) for wanted in cells}
        table.add_row(
            Text(visible(row.route)),
            Text(visible(row.type)),
            Text(by_cell.get("Match", "")),
            Text(by_cell.get("Needs review", "")),
            Text(by_cell.get("Untested", "")),
        )
    return table


def _more(count: int) -> str | None:
    return f"and {count - MAX_ROWS} more" if count > MAX_ROWS else None
