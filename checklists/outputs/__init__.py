"""A checklist in the forms that people and machines read. All print the same records."""

from checklists.outputs.forms import FORMS, SUFFIXES, Form, write_checklist
from checklists.outputs.html.page import render_html
from checklists.outputs.json import to_json
from checklists.outputs.markdown import render_markdown

__all__ = ["FORMS", "SUFFIXES", "Form", "render_html", "render_markdown", "to_json", "write_checklist"]
