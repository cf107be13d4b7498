"""What the outputs call things, and the order in which they show them."""

from __future__ import annotations

from typing import Any, Final

from checklists.evidence import Source, Verdict
from checklists.model import AUDIENCES, Audience, Checklist, Entry, Item, OwnerSource, Status
from checklists.phases import PHASES, STAGES, DeadlineState

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


SOURCES: Final[dict[Source, str]] = {
    "code": "code",
    "infrastructure": "infrastructure files",
    "report": "dual run",
    "git": "git history",
    "aws": "AWS",
    "person": "a person",
}
DEADLINE_NAMES: Final[dict[DeadlineState, str]] = {
    "done": "done",
    "on_track": "on track",
    "at_risk": "at risk",
    "overdue": "overdue",
}
OWNER_SOURCES: Final[dict[OwnerSource, str]] = {
    "": "",
    "document": "this document",
    "settings": "the settings",
    "codeowners": "CODEOWNERS",
}


def values(checklist: Checklist) -> dict[str, Any]:
    """What the templates of the Markdown and of the page both speak of."""
    return {
        "checklist": checklist,
        "lists": by_audience(checklist),
        "titles": {entry.item.id: entry.item.title for entry in checklist.entries},
        "phase_names": {phase.name: f"{phase.number} {phase.title}" for phase in checklist.phases},
        "stages": STAGES,
        "status_names": STATUS_NAMES,
        "verdict_names": VERDICT_NAMES,
        "deadline_names": DEADLINE_NAMES,
        "owner_sources": OWNER_SOURCES,
        "settled": checklist.settled,
        "applying": checklist.applying,
    }


def to_do(item: Item) -> tuple[str, ...]:
    """A line, or none: an item of the team's own need not say more than its title."""
    return (f"To do: {item.action}",) if item.action else ()


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
