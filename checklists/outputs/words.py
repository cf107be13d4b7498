"""What the outputs call things, and the order in which they show them."""

from __future__ import annotations

from typing import Final

from checklists.evidence import Verdict
from checklists.model import AUDIENCES, Audience, Checklist, Entry, Status
from checklists.phases import PHASES

HEADINGS: Final[dict[Audience, str]] = {
    "developer": "Developers",
    "infrastructure": "Infrastructure",
    "operations": "Operations",
}
STATUS_NAMES: Final[dict[Status, str]] = {
    "done": "done",
    "waived": "waived",
    "regressed": "regressed",
    "disputed": "disputed",
    "ready": "ready to tick",
    "in_progress": "in progress",
    "blocked": "blocked",
    "unknown": "unknown",
    "not_started": "not started",
    "not_applicable": "does not apply",
}
VERDICT_NAMES: Final[dict[Verdict, str]] = {
    "supports": "supports it",
    "refutes": "speaks against it",
    "no_data": "no data",
    "error": "could not be asked",
    "stale": "out of date",
}


def by_audience(checklist: Checklist) -> list[tuple[Audience, str, list[Entry]]]:
    """Audience, heading, and its entries in the order of phases; within a phase as in the catalogue."""
    return [
        (
            audience,
            HEADINGS[audience],
            sorted(
                (entry for entry in checklist.entries if entry.item.audience == audience),
                key=lambda entry: PHASES.index(entry.item.phase),
            ),
        )
        for audience in AUDIENCES
    ]


def titles(checklist: Checklist) -> dict[str, str]:
    return {entry.item.id: entry.item.title for entry in checklist.entries}
