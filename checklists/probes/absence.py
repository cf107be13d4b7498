"""Finding nothing is a proof only where something was found before, and where the scan can still read."""

from __future__ import annotations

from checklists.evidence import Evidence, Pointer, Progress, Source
from checklists.facts import Facts
from checklists.probes.wording import count


def gone(facts: Facts, noun: str, left: tuple[Pointer, ...], before: int, source: Source = "code") -> Evidence:
    """Whether all of `noun` are gone. `before`: how many the scan saw when the checklist was first made."""
    told = (facts.fact(f"{source}.left", noun, len(left), source=source, query="ws2sse scan"),)
    if left:
        total = max(before, len(left))
        return Evidence(
            verdict="refutes",
            summary=f"{count(len(left), noun)} left" + (f" of {total}." if before else "."),
            locations=left,
            facts=told,
            progress=Progress(done=total - len(left), total=total),
        )
    if not facts.scan_reads:
        return Evidence(verdict="no_data", summary=f"No {noun} was found, but the scan could not read everything.")
    if not before:
        summary = f"The scan has not seen any {noun} here, at the start or now, so finding none proves nothing."
        return Evidence(verdict="no_data", summary=summary)
    return Evidence(
        verdict="supports",
        summary=f"No {noun} is left; the scan saw {before} at the start.",
        facts=told,
        control=f"the scan saw {before} when the checklist began, and can still read the files",
        progress=Progress(done=before, total=before),
    )
