"""The account of a migration as Markdown, short enough for a pull request."""

from __future__ import annotations

from migrator.rewrite.result import MigrationResult
from templates import render


def markdown_report(result: MigrationResult) -> str:
    return render("reports/migration.md.j2", result=result, remaining=result.for_a_person)
