"""The score of targets as a Markdown table, and what is known of why a peer fails."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.conformance.model import HERE
from tests.conformance.runner import Outcome, Verdict

VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "not applicable", "unsettled")
_ROW = re.compile(r"\| `([a-z0-9-]+)` \| (.+) \|")


def score_table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """A row for each section, and for each target `passed of scored`; what is not applicable is not scored."""
    sections = list(dict.fromkeys(outcome.case.section for each in outcomes.values() for outcome in each))
    rows = [f"| section | {' | '.join(outcomes)} |", f"|--|{'--:|' * len(outcomes)}"]
    for section in sections:
        cells = [_cell([o for o in each if o.case.section == section]) for each in outcomes.values()]
        rows.append(f"| {section} | {' | '.join(cells)} |")
    rows.append(f"| **all** | {' | '.join(f'**{_cell(each)}**' for each in outcomes.values())} |")
    for verdict in VERDICTS:
        counts = [str(sum(outcome.verdict == verdict for outcome in each)) for each in outcomes.values()]
        rows.append(f"| {verdict} | {' | '.join(counts)} |")
    return "\n".join(rows)


def explanations(target: str, folder: Path = HERE / "peers") -> dict[str, str]:
    """Case id -> one sentence on what the peer does instead; empty for a target that has none."""
    path = folder / f"{target}.md"
    return dict(_ROW.findall(path.read_text())) if path.exists() else {}


def failures(target: str, outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each failed case; a peer's with its explanation, or the observation when there is none yet."""
    known = explanations(target)
    return [
        f"{outcome.case.id}: {known.get(outcome.case.id) or f'NOT EXPLAINED: {outcome.problem}'}"
        for outcome in outcomes
        if outcome.verdict == "failed"
    ]


def _cell(outcomes: Sequence[Outcome]) -> str:
    passed = sum(outcome.verdict == "passed" for outcome in outcomes)
    failed = sum(outcome.verdict == "failed" for outcome in outcomes)
    return f"{passed}/{passed + failed}" if passed + failed else "n/a"
