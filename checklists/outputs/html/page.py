"""A checklist as one page."""

from __future__ import annotations

from checklists.model import Checklist
from checklists.outputs.words import STATUS_NAMES, VERDICT_NAMES, by_audience, titles
from templates import render


def render_html(checklist: Checklist) -> str:
    """One page without scripts and without anything from elsewhere."""
    return render(
        "checklist/checklist.html.j2",
        checklist=checklist,
        lists=by_audience(checklist),
        titles=titles(checklist),
        status_names=STATUS_NAMES,
        verdict_names=VERDICT_NAMES,
        done=checklist.totals["done"],
    )
