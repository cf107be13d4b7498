"""The forms that a report is written in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from rich.console import Console

from shim.dualrun.report.document import ReportDocument
from shim.dualrun.report.html import render_html
from shim.dualrun.report.junit import render_junit
from shim.dualrun.report.markdown import render_markdown
from shim.dualrun.report.report import Report
from shim.dualrun.report.text import print_report
from shim.dualrun.report.to_document import document

Form = Literal["text", "json", "markdown", "junit", "html"]

FORMS: Final[tuple[Form, ...]] = get_args(Form)

SUFFIXES: Final[Mapping[str, Form]] = {
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".xml": "junit",
    ".html": "html",
}
"""The form of a file, by the end of its name."""

TEXT_WIDTH: Final = 120
"""Columns of the text form in a file."""


def write_report(report: Report, form: Form) -> str:
    """The whole text of a report, ending with a line break."""
    return _WRITERS[form](report)


def to_json(found: ReportDocument) -> str:
    return json.dumps(found.to_json(), indent=2, ensure_ascii=False) + "\n"


def _text(report: Report) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out, width=TEXT_WIDTH, color_system=None, legacy_windows=False))
    return out.getvalue()


_WRITERS: Final[Mapping[Form, Callable[[Report], str]]] = {
    "text": _text,
    "json": lambda report: to_json(document(report)),
    "markdown": lambda report: render_markdown(document(report)),
    "junit": lambda report: render_junit(document(report)),
    "html": lambda report: render_html(document(report)),
}
