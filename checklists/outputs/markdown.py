"""The document that people tick and write in."""

from __future__ import annotations

from checklists.model import Checklist
from checklists.outputs.words import STATUS_NAMES, VERDICT_NAMES, by_audience, titles
from templates import render


def render_markdown(checklist: Checklist) -> str:
    """`build` reads it back as `previous`: what people tick and write in it stays when it is made again."""
    return render(
        "checklist/checklist.md.j2",
        checklist=checklist,
        lists=by_audience(checklist),
        titles=titles(checklist),
        status_names=STATUS_NAMES,
        verdict_names=VERDICT_NAMES,
        done=checklist.totals["done"],
    )
