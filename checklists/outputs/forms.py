"""The forms that a checklist is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from checklists.model import Checklist
from checklists.outputs.csv import to_csv
from checklists.outputs.html.page import render_html
from checklists.outputs.ical import to_icalendar
from checklists.outputs.json import to_json
from checklists.outputs.junit import to_junit
from checklists.outputs.markdown import render_markdown
from checklists.outputs.sarif import to_sarif

Form = Literal["markdown", "html", "json", "csv", "junit", "sarif", "icalendar"]

FORMS: Final[tuple[Form, ...]] = get_args(Form)

SUFFIXES: Final[Mapping[str, Form]] = {
    ".md": "markdown",
    ".html": "html",
    ".json": "json",
    ".csv": "csv",
    ".xml": "junit",
    ".sarif": "sarif",
    ".ics": "icalendar",
}
"""The form of a file, by the end of its name."""

_WRITERS: Final[Mapping[Form, Callable[[Checklist], str]]] = {
    "markdown": render_markdown,
    "html": render_html,
    "json": to_json,
    "csv": to_csv,
    "junit": to_junit,
    "sarif": to_sarif,
    "icalendar": to_icalendar,
}


def write_checklist(checklist: Checklist, form: Form) -> str:
    """The whole text of a checklist. CSV and iCalendar end their lines with CRLF, so write it without translation."""
    return _WRITERS[form](checklist)
