"""A report for people: the verdict first, then the first divergence side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from shim.dualrun.compare.difference import BY_DESIGN, Difference
from shim.dualrun.record.canonical import Event
from shim.dualrun.report.cut import cut
from shim.dualrun.report.report import Divergence, Report
from shim.dualrun.report.text_measures import print_measures
from shim.dualrun.report.text_table import text_table
from templates.text import visible

MAX_DIFFERENCES = 20
"""Differences that nothing explains, and kinds of explained ones; all, up to a larger limit, are in the JSON form."""

MAX_CELL = 400
"""Characters of a message shown in one cell."""

_STYLES = {"PASS": "bold green", "FAIL": "bold red", "INCONCLUSIVE": "bold yellow"}


def print_report(report: Report, console: Console) -> None:
    """All text of messages is untrusted: no markup is read from it, and control characters are shown."""
    console.print(Text.assemble((report.verdict, _STYLES[report.verdict]), f"  {visible(report.application)}"))
    for reason in report.reasons:
        console.print(Text(f"  {visible(reason)}"))
    if report.first:
        console.print(_divergence(report.first))
    unexplained = report.unexplained
    if unexplained:
        console.print(_unexplained(unexplained))
    explained = [found for found in report.differences if found.explained is not None]
    if explained:
        console.print(_explained(explained))
    if report.routes:
        console.print(_routes(report))
    if report.measures:
        print_measures(report.measures, report.types, console)
    if report.rules:
        console.print(_rules(report))
    if report.by_design:
        console.print(_by_design(report))
    for sentence in report.assumed:
        console.print(Text(f"Assumed: {visible(sentence)}"))
    for change in report.would_change:
        console.print(Text(f"What would change the verdict: {visible(change)}"))


def _cell(text: str) -> Text:
    return Text(visible(cut(text, MAX_CELL)), overflow="fold")


def _divergence(divergence: Divergence) -> RenderableType:
    found = divergence.difference
    table = Table(expand=True, show_edge=False, pad_edge=False)
    table.add_column("", width=1)
    table.add_column(f"legacy: what {visible(found.client)} received", ratio=1, overflow="fold")
    table.add_column("candidate", ratio=1, overflow="fold")
    for row in divergence.rows:
        style = "bold red" if row.here else ""
        table.add_row(Text(">" if row.here else ""), _event_cell(row.legacy), _event_cell(row.candidate), style=style)
    lines: list[RenderableType] = [
        Text(visible(f"Session {found.session!r}, step {found.step + 1}: {divergence.doing}")),
        Text(visible(found.detail), style="bold"),
    ]
    if found.path:
        lines.append(_cell(f"{found.path}: {found.expected} on the legacy path, {found.found} on the new one"))
    return Panel(Group(*lines, table), title=Text(f"first divergence: {found.kind}"), title_align="left")


def _event_cell(event: Event | None) -> Text:
    if event is None:
        return Text("-", style="dim")
    status = "" if event.status is None else f" {event.status}"
    kind = "" if event.kind == "msg" else f"({event.kind}{status}) "
    return Text.assemble((f"{event.step + 1:>2} ", "dim"), kind, _cell(event.text))


def _unexplained(found: Sequence[Difference]) -> Table:
    shown = found[:MAX_DIFFERENCES]
    more = len(found) - len(shown)
    caption = f"and {more} more" if more > 0 else None
    table = text_table(
        "Differences that nothing explains", "class", "route", "session", "step", "what", caption=caption
    )
    for one in shown:
        kind = Text(one.kind, style="bold red" if one.critical else "")
        route = Text(visible(one.route or ""))
        table.add_row(kind, route, _cell(one.session), Text(str(one.step + 1)), _cell(one.detail))
    return table


def _explained(found: Sequence[Difference]) -> Table:
    """Counted, with one of each: nobody has to do anything about them."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for one in found:
        groups.setdefault((one.kind, one.explained or ""), []).append(one)
    more = len(groups) - MAX_DIFFERENCES
    caption = f"and {more} more kinds" if more > 0 else None
    table = text_table("Explained differences", "class", "explained by", "times", "the first", caption=caption)
    for (kind, why), ones in islice(groups.items(), MAX_DIFFERENCES):
        first = f"{ones[0].session}, step {ones[0].step + 1}: {ones[0].detail}"
        table.add_row(Text(kind), _cell(why), Text(str(len(ones))), _cell(first))
    return table


def _routes(report: Report) -> Table:
    table = text_table("Routes", "route", "verdict", "messages", "differences", "why")
    for name, route in report.routes.items():
        table.add_row(
            _cell(name),
            Text(route.verdict, style=_STYLES[route.verdict]),
            Text(str(route.messages)),
            Text(str(route.differences)),
            _cell(route.reason),
        )
    return table


def _rules(report: Report) -> Table:
    title = "Noise: how the legacy path differs from itself"
    table = text_table(title, "rule", "path", "learned", "applied", "example")
    for rule in report.rules:
        example = " / ".join(rule.examples[0]) if rule.examples else ""
        table.add_row(Text(rule.kind), _cell(rule.path), Text(str(rule.learned)), Text(str(rule.hits)), _cell(example))
    return table


def _by_design(report: Report) -> Table:
    table = text_table("Different by design", "what", "times", "meaning")
    for what, count in (report.by_design or {}).items():
        table.add_row(Text(what), Text(str(count)), Text(BY_DESIGN[what]))
    return table
