"""The account of a migration in the form that was asked for."""

from __future__ import annotations

from migrator.rewrite.report import text_report
from migrator.rewrite.report_markdown import markdown_report
from migrator.rewrite.report_sarif import sarif_report
from migrator.rewrite.result import MigrationResult


def in_form(result: MigrationResult, form: str) -> str:
    """With a line end. `form`: text, json, markdown or sarif."""
    if form == "text":
        return text_report(result)
    if form == "markdown":
        return markdown_report(result)
    return f"{sarif_report(result) if form == 'sarif' else result.model_dump_json(indent=2)}\n"
