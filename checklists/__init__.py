"""Developer, infrastructure and operations checklists, each item with the evidence that scan and verify have for it."""

from checklists.build import build
from checklists.errors import ChecklistError, DocumentDamaged, StartAlreadyRecorded, VerifyReportInvalid
from checklists.model import Checklist
from checklists.outputs import FORMS, Form, render_html, render_markdown, to_json, write_checklist
from checklists.verify_report import read_verify_report

__all__ = [
    "FORMS",
    "Checklist",
    "ChecklistError",
    "DocumentDamaged",
    "Form",
    "StartAlreadyRecorded",
    "VerifyReportInvalid",
    "build",
    "read_verify_report",
    "render_html",
    "render_markdown",
    "to_json",
    "write_checklist",
]
