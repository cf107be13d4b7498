"""The part of a report's document that says how much the run proves."""

from __future__ import annotations

from pydantic import Field

from shim.dualrun.judge.coverage import Cell, Phase
from shim.dualrun.judge.latency import LatencyVerdict
from shim.dualrun.judge.latency import Phase as LatencyPhase
from shim.dualrun.judge.power.faults import FaultKind
from shim.dualrun.judge.verdict import Verdict
from shim.dualrun.report.cut import Name, Text
from shim.dualrun.report.part import Part


class Bound(Part):
    """With `confidence`, less than `upper` of all such sessions differ."""

    differing: int
    sessions: int
    upper: float
    confidence: float


class TypeResult(Part):
    """Of one type of message that clients receive, in one route. messages: on the legacy path."""

    route: Name
    type: Name
    verdict: Verdict
    messages: int
    differences: int
    bound: Bound
    reason: Text


class Evidence(Part):
    """Evidence that fewer than `tolerated` of sessions differ. stop: how much is enough. points: session and evidence.

    sessions_to_go: how many more without a difference would be enough.
    """

    tolerated: float
    stop: float
    enough: bool
    differing: int
    sessions: int
    sessions_to_go: int
    points: tuple[tuple[int, float], ...]


class OddOneOut(Part):
    """In how many sessions exactly one of three runs differs, and in how many of them that is the new path."""

    candidate: int
    decided: int
    sessions: int
    p_value: float
    stands_out: bool


class Margin(Part):
    """How much slower is not worse: `share` of the legacy path's time, or `seconds`, whichever is more."""

    share: float
    seconds: float

    def of(self, legacy: float) -> float:
        return max(self.share * legacy, self.seconds)


class Quantile(Part):
    """Seconds. None where there are too few samples: then no number would be true."""

    phase: LatencyPhase
    quantile: str
    samples: int
    samples_needed: int
    verdict: LatencyVerdict
    legacy_s: float | None
    candidate_s: float | None
    interval_s: tuple[float, float] | None
    margin_s: float | None


class LatencyCurve(Part):
    """Seconds until the same messages were received on each path: quantiles that stand evenly from 0 to 1."""

    phase: LatencyPhase
    samples: int
    legacy_s: tuple[float, ...]
    candidate_s: tuple[float, ...]


class Latency(Part):
    """judged: whether slower than the margin is a reason to fail; else the numbers are only told."""

    margin: Margin
    judged: bool = False
    results: tuple[Quantile, ...]
    curves: tuple[LatencyCurve, ...]


class Found(Part):
    """Of so many injected faults: how many were found, and how many were called what they are."""

    injected: int
    found: int
    named: int

    @property
    def share(self) -> float:
        return self.found / self.injected if self.injected else 0.0


class Power(Part):
    """What faults in the candidate's recording this run would have found. floor: a lower share proves nothing.

    share: None when nothing could be injected.
    """

    injected: int
    found: int
    share: float | None
    floor: float
    enough: bool
    by_kind: dict[FaultKind, Found]
    by_type: dict[Name, Found]
    missed: tuple[Text, ...]


class CoverageRow(Part):
    """cells: by phase, of those that the route can have."""

    route: Name
    type: Name
    cells: dict[Phase, Cell]


class Coverage(Part):
    """How many cells are what, and the rows; nothing that a session could have tested is left blank."""

    match: int
    needs_review: int
    untested: int
    rows: tuple[CoverageRow, ...]
    left_out: int


class Proof(Part):
    """The numbers behind the verdict. sentences: the same in words.

    latency: None where the recordings say no times. power: None where differences were found.
    """

    sentences: tuple[Text, ...] = Field(max_length=10)
    bound: Bound
    evidence: Evidence
    odd_one_out: OddOneOut
    latency: Latency | None
    power: Power | None
    coverage: Coverage


class Stub(Part):
    """What answered in place of something outside of the pinned world, and how often in each run."""

    name: Text
    calls: dict[Name, int]
