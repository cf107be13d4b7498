"""The evidence after each session on a logarithmic scale, and the line at which it is enough."""

from __future__ import annotations

import math
from typing import Final

from shim.dualrun.report.pictures.chart import HEIGHT, WIDTH, Frame
from shim.dualrun.report.proof import Evidence
from templates.picture import Curve, Label, Line, Picture, Shape

LEAST: Final = -2.0
"""Exponents of ten that are shown: what is lower stands at the edge."""

MOST: Final = 6.0


def draw_evidence(found: Evidence) -> Picture:
    stop = math.log10(found.stop)
    logs = [(session, _log(value)) for session, value in ((0, 1.0), *found.points)]
    most = min(MOST, max(stop + 0.5, *(value for _, value in logs)))
    least = max(LEAST, min(-0.5, *(value for _, value in logs)))
    frame = Frame(max(found.sessions, 1), least, most)
    middle = found.sessions // 2
    along = [(0.0, "0"), (found.sessions, str(found.sessions))] + ([(middle, str(middle))] if middle > 4 else [])
    exponents = range(math.ceil(least), math.floor(most) + 1)
    up = [(float(exponent), f"{10.0**exponent:g}") for exponent in exponents]
    shapes: list[Shape] = list(frame.axes(along, up, "sessions"))
    shapes += [
        Line(frame.x(0), frame.y(stop), frame.x(found.sessions), frame.y(stop), "stop"),
        Label(frame.x(0) + 6, frame.y(stop) - 5, f"enough: {found.stop:g}", "stop"),
        Curve(tuple((frame.x(session), frame.y(value)) for session, value in logs), "candidate"),
    ]
    last = found.points[-1][1] if found.points else 1.0
    description = (
        f"Evidence that fewer than {found.tolerated:.2%} of sessions differ, after each of {found.sessions} sessions: "
        f"it begins at 1 and is {last:.3g} at the end; {found.stop:g} is enough."
    )
    return Picture("evidence", "Evidence over sessions", description, WIDTH, HEIGHT, tuple(shapes))


def _log(value: float) -> float:
    return math.log10(value) if value > 0 else LEAST
