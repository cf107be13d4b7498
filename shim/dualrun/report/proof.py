"""The part of a report's document that says how much the run proves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.report.cut import Name, Text
from shim.dualrun.report.part import Part

CoverageState = Literal["match", "review", "untested"]
"""What the sessions say of a route in a phase; nothing that a session could have tested is left blank."""


class CoverageRow(Part):
    name: Name
    states: tuple[CoverageState, ...]


class Coverage(Part):
    """A row for each route or type of message, a state for each phase of a session, such as 'reconnect'."""

    phases: tuple[Name, ...]
    rows: tuple[CoverageRow, ...]


class PowerRow(Part):
    """Of so many injected faults of one class: how many were found, and how many as what they are."""

    kind: DifferenceClass = Field(serialization_alias="class")
    injected: int
    found: int
    named: int


class Power(Part):
    """What faults in the candidate's recording this run would have found. floor: a lower share proves nothing."""

    floor: float
    enough: bool
    rows: tuple[PowerRow, ...]


class Evidence(Part):
    """Evidence that fewer than `tolerated` of sessions differ. stop: how much is enough. points: session and evidence.

    sessions_to_go: how many more without a difference would be enough.
    """

    tolerated: float
    stop: float
    enough: bool
    sessions: int
    differing: int
    sessions_to_go: int
    points: tuple[tuple[int, float], ...]


class Quantile(Part):
    """Seconds. None where there are too few samples: then no number would be true."""

    phase: Name
    quantile: Name
    samples: int
    samples_needed: int
    verdict: Name
    legacy_s: float | None
    candidate_s: float | None
    interval_s: tuple[float, float] | None
    margin_s: float | None


class LatencyCurve(Part):
    """Seconds until the same messages were received on each path: quantiles that stand evenly, in order."""

    phase: Name
    samples: int
    margin_s: float
    legacy: tuple[float, ...]
    candidate: tuple[float, ...]


class Latency(Part):
    quantiles: tuple[Quantile, ...]
    curves: tuple[LatencyCurve, ...]


class Stub(Part):
    """What answered in the place of something outside: given by the user, recorded, or made up from the request."""

    name: Text
    source: Name
    used: int
