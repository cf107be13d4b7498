"""A checklist as Markdown, as a page, and as JSON. All three print the same records."""

from __future__ import annotations

import json
from typing import Any, Final

from checklists.model import AUDIENCES, Audience, Checklist, Entry, Status
from templates import render

_HEADINGS: Final[dict[Audience, str]] = {
    "developer": "Developers",
    "infrastructure": "Infrastructure",
    "operations": "Operations",
}
_STATUS: Final[dict[Status, str]] = {
    "done": "done",
    "disputed": "disputed",
    "ready": "ready to tick",
    "in_progress": "in progress",
    "blocked": "blocked",
    "not_started": "not started",
}
_VERDICTS: Final = {
    "supports": "supports it",
    "refutes": "speaks against it",
    "no_data": "no data",
    "stale": "out of date",
}


def render_markdown(checklist: Checklist) -> str:
    """The document that people tick and write in, and that `build` reads back as `previous`."""
    return render("checklist/checklist.md.j2", **_values(checklist))


def render_html(checklist: Checklist) -> str:
    """One page without scripts and without anything from elsewhere."""
    return render("checklist/checklist.html.j2", **_values(checklist))


def to_json(checklist: Checklist) -> str:
    """The checklist as JSON text, schema 1, keys in a fixed order, ending with a line break."""
    return json.dumps(_record(checklist), indent=2, ensure_ascii=False) + "\n"


def _values(checklist: Checklist) -> dict[str, Any]:
    lists = [
        (audience, _HEADINGS[audience], _by_phase([e for e in checklist.entries if e.item.audience == audience]))
        for audience in AUDIENCES
    ]
    return {
        "checklist": checklist,
        "lists": lists,
        "titles": {entry.item.id: entry.item.title for entry in checklist.entries},
        "status_names": _STATUS,
        "verdict_names": _VERDICTS,
        "done": checklist.totals["done"],
        "remaining": len(checklist.entries) - checklist.totals["done"],
    }


def _by_phase(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.item.phase)


def _record(checklist: Checklist) -> dict[str, Any]:
    record = checklist.model_dump(mode="json")
    entries = record.pop("entries")
    carried = record.pop("carried")
    return {
        **record,
        "exit_status": checklist.exit_status,
        "totals": checklist.totals,
        "items": [_item_record(entry) for entry in entries],
        "no_longer_in_the_catalogue": carried,
    }


def _item_record(entry: dict[str, Any]) -> dict[str, Any]:
    """Item and people's words side by side, without the marks that only the document needs."""
    item, words = entry.pop("item"), entry.pop("words")
    return {**item, **entry, "ticked": words["ticked"], "owner": words["owner"], "notes": words["notes"]}
