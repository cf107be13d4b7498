"""A checklist as one page."""

from __future__ import annotations

from checklists.model import Checklist
from checklists.outputs.words import values
from templates import render


def render_html(checklist: Checklist) -> str:
    """One page without scripts and without anything from elsewhere."""
    return render("checklist/checklist.html.j2", **values(checklist))
