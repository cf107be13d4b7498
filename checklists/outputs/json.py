"""A checklist as JSON."""

from __future__ import annotations

import json
from typing import Any

from checklists.model import Checklist


def to_json(checklist: Checklist) -> str:
    """The checklist as JSON text, schema 2, keys in a fixed order, ending with a line break."""
    return json.dumps(_record(checklist), indent=2, ensure_ascii=False) + "\n"


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
    return {**item, **entry, "ticked": words["ticked"], "notes": words["notes"]}
