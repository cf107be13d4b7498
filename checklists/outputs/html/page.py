"""A checklist as one page."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from checklists.idle.proof import WHOLE_API
from checklists.model import LOUD, Checklist, Entry, How
from checklists.outputs.html.burndown import draw_burndown
from checklists.outputs.html.dependencies import draw_dependencies
from checklists.outputs.html.facts import alike
from checklists.outputs.html.idle import draw_days
from checklists.outputs.html.users import LOTS, Names, draw_users
from checklists.outputs.words import HEADINGS, SOURCES, STATUS_NAMES, values
from checklists.phases import Phase
from templates import render

ALL_OPEN: Final = 80
"""Of more items, groups without anything loud or late begin closed."""

MOST_PLACES: Final = 12
MOST_FACTS: Final = 8
MOST_SUBJECTS: Final = 6
MOST_FATES: Final = 200
MOST_LOUD: Final = 12

Choice = tuple[str, str, int | None]
"""Value, words, and how many items it leaves."""

_STATUS_CHOICES: Final = {"open": ".open-item", "attention": ".late, .regressed, .disputed"} | {
    status: f".{status}" for status in STATUS_NAMES
}
_HOWS: Final[dict[How, str]] = {
    "terraform": "Terraform",
    "cfn": "CloudFormation",
    "cdk": "CDK",
    "sam": "SAM",
    "serverless": "Serverless Framework",
    "api": "a call of AWS's API",
    "edit": "an edit",
    "person": "a person",
}


def render_html(checklist: Checklist) -> str:
    """One page without scripts and without anything from elsewhere. All text is escaped, control characters are spelled
    out.

    Fit for a thousand items: what is out of sight is laid out when it comes into sight.
    """
    shown = {"burndown": draw_burndown(checklist), "dependencies": draw_dependencies(checklist)}
    loud = {entry.item.id for entry in checklist.disputed}
    return render(
        "checklist/checklist.html.j2",
        **values(checklist),
        **shown,
        **_idle(checklist),
        **_cost(checklist),
        jumps=_jumps(checklist, shown),
        late=[entry for entry in checklist.overdue if entry.item.id not in loud],
        most_loud=MOST_LOUD,
        filters=_filters(checklist),
        groups=_groups(checklist),
        audiences=HEADINGS,
        status_choices={name: chosen for name, chosen in _STATUS_CHOICES.items() if _matching(checklist, name)},
        loud=LOUD,
        hows=_HOWS,
        sources=SOURCES,
        alike=alike,
        most_places=MOST_PLACES,
        most_facts=MOST_FACTS,
        most_subjects=MOST_SUBJECTS,
        most_fates=MOST_FATES,
        names=Names(checklist),
        users=draw_users(checklist),
        lots=LOTS,
    )


def _jumps(checklist: Checklist, shown: dict[str, Any]) -> list[tuple[str, str]]:
    jumps = [
        ("attention", "Needs attention", checklist.disputed or checklist.overdue),
        ("phases", "Phases", True),
        ("burndown", "Burndown", shown["burndown"]),
        ("waivers", "Waivers", checklist.waived),
        ("items", "Items", True),
        ("waits", "What waits for what", shown["dependencies"]),
        ("idle", "Still in use?", checklist.idle),
        ("cost", "Cost", checklist.cost),
        ("fates", "What goes, what stays", checklist.fates),
        ("survey", "What AWS was asked", checklist.survey),
    ]
    return [(target, words) for target, words, there in jumps if there]


def _groups(checklist: Checklist) -> list[tuple[Phase, list[Entry], bool]]:
    groups = []
    for phase in checklist.phases:
        entries = [entry for entry in checklist.entries if entry.item.phase == phase.name]
        loud = any(entry.status in LOUD or entry.overdue_days for entry in entries)
        groups.append((phase, entries, len(checklist.entries) <= ALL_OPEN or (loud and len(entries) <= ALL_OPEN)))
    return [group for group in groups if group[1]]


def _filters(checklist: Checklist) -> list[tuple[str, str, list[Choice]]]:
    every: Choice = ("all", "all", None)
    audiences: list[Choice] = [
        (name, words, sum(entry.item.audience == name for entry in checklist.entries))
        for name, words in HEADINGS.items()
    ]
    words: dict[str, str] = {"open": "open", "attention": "needs attention"} | {**STATUS_NAMES}
    statuses: list[Choice] = [
        (name, words[name], number) for name in _STATUS_CHOICES if (number := _matching(checklist, name))
    ]
    phases: list[Choice] = [(phase.name, str(phase.number), None) for phase in checklist.phases]
    return [
        ("audience", "For", [every, *audiences]),
        ("status", "Status", [every, *statuses]),
        ("phase", "Phase", [every, *phases]),
    ]


def _matching(checklist: Checklist, choice: str) -> int:
    if choice == "open":
        return sum(not entry.settled for entry in checklist.entries)
    if choice == "attention":
        return sum(entry.status in LOUD or entry.overdue_days > 0 for entry in checklist.entries)
    return sum(entry.status == choice for entry in checklist.entries)


def _idle(checklist: Checklist) -> dict[str, Any]:
    stages = Counter(proof.api for proof in checklist.idle if proof.stage != WHOLE_API)
    shown = [proof for proof in checklist.idle if proof.stage != WHOLE_API or stages[proof.api] != 1]
    return {
        "stages_seen": [(proof, draw_days(proof, number)) for number, proof in enumerate(shown)],
        "idle_names": {
            "supports": "nobody",
            "refutes": "in use",
            "no_data": "not known",
            "error": "could not be asked",
        },
        "idle_styles": {"supports": "done", "refutes": "disputed", "no_data": "unknown", "error": "unknown"},
    }


def _cost(checklist: Checklist) -> dict[str, Any]:
    cost = checklist.cost
    if cost is None:
        return {}
    paths = [
        ("Before: WebSocket", cost.before, cost.billed_before),
        ("While both run", cost.during, None),
        ("After: SSE + REST", cost.after, cost.billed_after),
    ]
    rises = bool(cost.before and cost.after and cost.after.usd > cost.before.usd)
    return {
        "paths": paths,
        "most_usd": max((estimate.usd for _, estimate, _ in paths if estimate), default=0.0),
        "direction": "rises" if rises else "",
    }
