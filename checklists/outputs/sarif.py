"""The items that point at code, as SARIF 2.1.0."""

from __future__ import annotations

from checklists.evidence import Pointer
from checklists.model import LOUD, Checklist, Entry
from migrator.sarif import BaselineState, Level, SarifResult, SarifRule, sarif
from templates.text import markdown, visible


def to_sarif(checklist: Checklist) -> str:
    """A result for each place that the evidence of an open or waived item names.

    A waiver that holds suppresses. Whether a result is new is told by the history; without one nothing is said of it.
    """
    entries = [entry for entry in checklist.entries if _tells(entry)]
    rules = [
        SarifRule(entry.item.id, visible(entry.item.title), f"{markdown(entry.item.action)}\n") for entry in entries
    ]
    return sarif([result for entry in entries for result in _results(checklist, entry)], rules) + "\n"


def _tells(entry: Entry) -> bool:
    evidence = entry.evidence
    return bool(evidence and evidence.locations and evidence.verdict != "supports") and (
        not entry.settled or entry.status == "waived"
    )


def _results(checklist: Checklist, entry: Entry) -> list[SarifResult]:
    evidence = entry.evidence
    waiver = entry.waiver if entry.status == "waived" else None
    seen: dict[str, int] = {}
    accepted = visible(f"{waiver.reason} ({waiver.approved_by}, until {waiver.expires})") if waiver else None
    return [
        SarifResult(
            rule=entry.item.id,
            level=_level(entry),
            message=visible(": ".join(part for part in (entry.item.title, pointer.note) if part)),
            location=pointer.location,
            identity=_identity(entry, pointer, seen),
            baseline=_baseline(checklist, entry),
            suppression=accepted,
        )
        for pointer in (evidence.locations if evidence else ())
    ]


def _level(entry: Entry) -> Level:
    if entry.status in LOUD or entry.overdue_days:
        return "error"
    return "note" if entry.status == "ready" else "warning"


def _identity(entry: Entry, pointer: Pointer, seen: dict[str, int]) -> str:
    """Without the line, which moves when something is written above it; the n-th such place of the file instead."""
    name = f"{entry.item.id}:{pointer.location.path}"
    seen[name] = seen.get(name, 0) + 1
    return f"{name}:{seen[name]}"


def _baseline(checklist: Checklist, entry: Entry) -> BaselineState | None:
    if entry.since is None:
        return None
    if entry.since < checklist.as_of:
        return "unchanged"
    return "new" if entry.status in LOUD or len(checklist.history) <= 1 else "updated"
