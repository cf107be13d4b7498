"""What a judgement says: for each route, for each type of message in it, and for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.judge.bounds import ShareBound
from shim.dualrun.judge.coverage import Coverage
from shim.dualrun.judge.latency import Latency
from shim.dualrun.judge.odd_one_out import OddOneOut
from shim.dualrun.judge.power.power import Power
from shim.dualrun.judge.sequential import Trail
from shim.dualrun.record.canonical import Problem, Recording
from shim.dualrun.record.scenario import Session

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]

NO_ROUTE = "(no route)"
"""Stands for messages that match no route, in a report."""


@dataclass(frozen=True, slots=True)
class RouteVerdict:
    """messages: those that the route caused on the legacy path, for all clients, in sessions that were compared.

    differences: those that nothing explains.
    """

    verdict: Verdict
    messages: int
    differences: int
    sessions: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TypeVerdict:
    """Of one type of message that clients receive, in one route. messages: on the legacy path.

    bound: of the sessions that had such a message, or a difference in one.
    """

    route: str
    type: str
    verdict: Verdict
    messages: int
    differences: int
    bound: ShareBound
    reason: str = ""

    def to_record(self) -> dict[str, Any]:
        return {
            "route": self.route,
            "type": self.type,
            "verdict": self.verdict,
            "messages": self.messages,
            "differences": self.differences,
            "bound": self.bound.to_record(),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers behind a verdict. bound, trail: of sessions with an unexplained difference, in the order of the run.

    latency: None where the recordings say no times. power: None where differences were found, so that nobody has to
    believe that there are none.
    """

    bound: ShareBound
    trail: Trail
    odd_one_out: OddOneOut
    coverage: Coverage
    latency: Latency | None = None
    power: Power | None = None

    def to_record(self) -> dict[str, Any]:
        return {
            "bound": self.bound.to_record(),
            "evidence": self.trail.to_record(),
            "odd_one_out": self.odd_one_out.to_record(),
            "latency": None if self.latency is None else self.latency.to_record(),
            "power": None if self.power is None else self.power.to_record(),
            "coverage": self.coverage.to_record(),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """types: by route and type of message; a route without any effect has none."""

    verdict: Verdict
    routes: dict[str, RouteVerdict]
    reasons: tuple[str, ...]
    would_change: tuple[str, ...]
    types: tuple[TypeVerdict, ...] = ()
    measures: Measures | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """legacy: the first legacy run. comparisons: by session, legacy against candidate, of stable sessions.

    unstable: by session, in what the two legacy runs differ. routes: all that have to be tested.
    silent: routes that are known to send nothing to anybody. gaps: sentences on what the sessions can't test.
    failures: by route, what failed most often behind it on the legacy path.
    """

    sessions: tuple[Session, ...]
    legacy: Recording
    comparisons: Mapping[str, Comparison]
    unstable: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...] = ()
    routes: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()
    gaps: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
