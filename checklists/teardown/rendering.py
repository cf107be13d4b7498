"""A plan for people, in text and Markdown. JSON is what the plan itself is (`checklists.teardown.store`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal

from checklists.aws.nouns import noun
from checklists.teardown.model import GATES, PHASES, Gate, Step, TeardownPlan
from checklists.teardown.store import to_json
from templates import render

Form = Literal["text", "markdown", "json"]
FORMS: tuple[Form, ...] = ("text", "markdown", "json")


def write_plan(plan: TeardownPlan, form: Form) -> str:
    """Ends with a line break."""
    if form == "json":
        return to_json(plan)
    return render(f"teardown/plan.{'txt' if form == 'text' else 'md'}.j2", **_values(plan))


def open_gates(plan: TeardownPlan) -> list[tuple[Step, Gate]]:
    """What did not hold when the plan was made, each gate once."""
    seen: dict[tuple[str, str], tuple[Step, Gate]] = {}
    for step in plan.steps:
        for gate in step.gates:
            if gate.held is False:
                seen.setdefault((gate.name, gate.subject), (step, gate))
    return list(seen.values())


def is_conclusive(plan: TeardownPlan) -> bool:
    """Whether all that could be asked holds, and nothing is unknown."""
    return not open_gates(plan) and not any(kept.verdict == "unknown" for kept in plan.kept)


def _values(plan: TeardownPlan) -> dict[str, Any]:
    return {
        "plan": plan,
        "phases": list(_phases(plan)),
        "counts": ", ".join(f"{count} {kind}" for kind, count in Counter(step.kind for step in plan.steps).items()),
        "open_gates": open_gates(plan),
        "gates": GATES,
        "noun": noun,
        "numbers": {step.id: step.number for step in plan.steps},
        "unknown": [kept for kept in plan.kept if kept.verdict == "unknown"],
        "kept": [kept for kept in plan.kept if kept.verdict == "keep"],
    }


def _phases(plan: TeardownPlan) -> Iterator[tuple[str, list[Step]]]:
    """As they come: a phase that another interrupts is told twice."""
    for phase, steps in groupby(plan.steps, key=lambda step: step.phase):
        yield PHASES[phase], list(steps)
