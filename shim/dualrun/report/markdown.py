"""A report as a comment for a pull request: short, and found again by its first line."""

from __future__ import annotations

import re
from typing import Final

from shim.dualrun.report.document import ReportDocument
from templates import render

MAX_ROWS: Final = 20
"""Lines of each table; the whole is in the other forms."""

MAX_SENTENCES: Final = 5

MAX_TEXT: Final = 240
"""Characters of a message."""


def marker(application: str) -> str:
    """The first line, by which a job finds the comment of an earlier run and edits it in place.

    Equal for equal names; nothing in a name can end the comment.
    """
    name = re.sub(r"[^A-Za-z0-9._]+", "-", application).strip("-") or "application"
    return f"<!-- ws2sse verify: {name} -->"


def render_markdown(found: ReportDocument) -> str:
    return render(
        "reports/verify/pull_request.md.j2",
        found=found,
        marker=marker(found.application),
        routes=found.routes_worst_first(),
        tally=sorted(found.tally, key=lambda line: -line.unexplained),
        rows=MAX_ROWS,
        limit=MAX_SENTENCES,
        short=lambda text: text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…",
    )
