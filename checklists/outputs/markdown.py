"""The document that people tick and write in."""

from __future__ import annotations

from checklists.model import Checklist
from checklists.outputs.words import values
from templates import render


def render_markdown(checklist: Checklist) -> str:
    """`build` reads it back as `previous`: what people tick and write in it stays when it is made again."""
    return render("checklist/checklist.md.j2", **values(checklist))
