"""From a checklist to the issues that it wants."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from checklists.model import Checklist, Entry
from checklists.outputs.github.block import plain
from checklists.outputs.github.issues import LABEL, Wanted
from checklists.outputs.words import STATUS_NAMES, VERDICT_NAMES
from templates.picture import fitted
from templates.text import visible

MAX_TITLE: Final = 256
MAX_TEXT: Final = 2_000
"""Characters of one sentence of ours in an issue; GitHub takes 65 536 in a body."""

MAX_PLACES: Final = 10


def wanted(checklist: Checklist) -> tuple[Wanted, ...]:
    """The parent first, then the items. Nothing in them changes only because a day has passed."""
    return (_parent(checklist), *(_item(entry) for entry in checklist.entries if entry.applies))


def _parent(checklist: Checklist) -> Wanted:
    lines = [
        "What it takes to leave the WebSocket API, from `ws2sse checklist`.",
        "Text outside of this block is yours and stays.",
        "",
        "| phase | deadline | done |",
        "|--|--|--|",
        *(
            f"| {phase.number} {plain(phase.title)} | {phase.due} | {phase.done} of {phase.total} |"
            for phase in checklist.phases
        ),
    ]
    done = all(entry.settled for entry in checklist.entries)
    digest = _digest([(entry.item.id, entry.status) for entry in checklist.entries])
    title = _title(f"Leave WebSocket: {checklist.application}")
    return Wanted("", title, "\n".join(lines), (LABEL,), done, digest)


def _item(entry: Entry) -> Wanted:
    item = entry.item
    lines = [f"**{STATUS_NAMES[entry.status]}**: {_said(entry.reason)}", ""]
    lines.append(f"- due: {entry.due}, phase {item.phase}")
    if entry.owner:
        lines.append(f"- owner: {_said(entry.owner)}")
    if entry.waiver and entry.status == "waived":
        until = f"until {entry.waiver.expires}, approved by {_said(entry.waiver.approved_by)}"
        lines.append(f"- waived {until}: {_said(entry.waiver.reason)}")
    if entry.evidence:
        lines.append(f"- evidence, {VERDICT_NAMES[entry.evidence.verdict]}: {_said(entry.evidence.summary)}")
        lines += [
            f"  - {_said(str(pointer.location))} {_said(pointer.note)}".rstrip()
            for pointer in entry.evidence.locations[:MAX_PLACES]
        ]
        if (more := len(entry.evidence.locations) - MAX_PLACES) > 0:
            lines.append(f"  - and {more} more")
    told = {"to do": item.action, "to undo": item.undo}
    lines += [f"- {what}: {_said(words)}" for what, words in told.items() if words]
    labels = (LABEL, f"{LABEL}:{item.audience}", f"{LABEL}:{item.phase}", *_loud(entry))
    return Wanted(
        item.id, _title(item.title), "\n".join(lines), labels, entry.settled, evidence(entry), entry.item.depends_on
    )


def _loud(entry: Entry) -> tuple[str, ...]:
    if entry.status in {"regressed", "disputed"}:
        return (f"{LABEL}:{entry.status}",)
    return (f"{LABEL}:overdue",) if entry.overdue_days else ()


def evidence(entry: Entry) -> str:
    """The same as long as the same was found, whenever it was observed and over whichever window. 16 hex digits."""
    found = entry.evidence
    return _digest(
        {
            "status": entry.status,
            "ticked": entry.words.ticked_by_person,
            "verdict": found.verdict if found else None,
            "places": [str(pointer.location) for pointer in found.locations] if found else [],
            "facts": [(fact.id, fact.subject, fact.value) for fact in found.facts] if found else [],
        }
    )


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _title(text: str) -> str:
    return fitted(visible(text), MAX_TITLE)


def _said(text: str) -> str:
    return plain(fitted(text, MAX_TEXT))
