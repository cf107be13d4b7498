"""A report as one page that needs no network and no script."""

from __future__ import annotations

from typing import Final, get_args

from shim.dualrun.compare.classes import CLASSES
from shim.dualrun.judge.coverage import Cell, Phase
from shim.dualrun.report.document import ReportDocument
from shim.dualrun.report.leaf import leaf_diff
from shim.dualrun.report.pictures.deliveries import draw_deliveries, legend
from shim.dualrun.report.pictures.evidence import draw_evidence
from shim.dualrun.report.pictures.lanes import draw_lanes
from shim.dualrun.report.pictures.latency import draw_latency
from shim.dualrun.report.pictures.timeline import draw_timeline, words
from shim.dualrun.report.proof import Coverage
from templates import render

MAX_CELL: Final = 300
"""Characters of a message in one cell of a table."""

_STATES: Final[dict[Cell, str]] = {"Match": "match", "Needs review": "review", "Untested": "untested"}
"""Classes of the style sheet."""


def render_html(found: ReportDocument) -> str:
    """The page. All text of messages, names and files is escaped, with control characters spelled out."""
    first = found.first_divergence
    proof = found.proof
    latency = proof.latency if proof else None
    return render(
        "reports/verify/report.html.j2",
        found=found,
        leaf=leaf_diff(first.difference) if first else None,
        lanes=draw_lanes(first) if first and first.lanes else None,
        timeline=draw_timeline(found.timeline) if found.timeline else None,
        matrix=draw_deliveries(found.deliveries) if found.deliveries else None,
        evidence=draw_evidence(proof.evidence) if proof and proof.evidence.sessions else None,
        curves=[draw_latency(curve, latency.margin, n) for n, curve in enumerate(latency.curves, 1)] if latency else [],
        routes=found.routes_worst_first(),
        tally=sorted(found.tally, key=lambda line: (-line.unexplained, -line.explained)),
        kinds=list(dict.fromkeys(line.kind for line in found.tally)),
        classes=CLASSES,
        legend=legend(),
        states=_STATES,
        phases=_phases(proof.coverage) if proof else [],
        most_hits=max([rule.hits for rule in found.noise_rules], default=0) or 1,
        short=lambda text: text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…",
        words=words,
    )


def _phases(coverage: Coverage) -> list[Phase]:
    """Those that any row can have, in the order of all phases."""
    present = {phase for row in coverage.rows for phase in row.cells}
    return [phase for phase in get_args(Phase) if phase in present]
