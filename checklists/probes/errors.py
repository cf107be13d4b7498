"""What scan and verify say about errors."""

from __future__ import annotations

from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.probe import probe
from checklists.probes.report import unusable
from checklists.probes.wording import count
from migrator.inventory.model import Push

_LOOSE_GONE = {
    "none": "does not handle a connection that is gone",
    "string": "recognises a gone connection by the text of the error",
    "broad": "catches every error, so that others are hidden",
}


@probe()
def errors_reviewed(facts: Facts, _: Item) -> Evidence:
    """Nothing: a report can refute it, but does not say how many sessions met an error."""
    pointers = _loose_ends(facts.inventory.pushes)
    report = facts.report
    if report is None or facts.report_stale:
        return unusable(facts).model_copy(update={"locations": pointers})
    wrong = [difference.kind for difference in report.differences if "error" in difference.kind.lower()]
    if wrong:
        summary = f"Verify found errors that look different on the new path: {count(len(wrong), 'difference')}."
        return Evidence(verdict="refutes", summary=summary, locations=pointers)
    return Evidence(
        verdict="no_data",
        summary=(
            f"Verify found no error that looks different in {count(report.sessions, 'session')}, "
            "but can't know which errors matter to you."
        ),
        locations=pointers,
    )


def _loose_ends(pushes: tuple[Push, ...]) -> tuple[Pointer, ...]:
    return tuple(Pointer(location=p.location, note=_LOOSE_GONE[p.gone]) for p in pushes if p.gone in _LOOSE_GONE)
