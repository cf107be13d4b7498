"""How long messages took on both paths: the share that came within a time, and how much slower is tolerated."""

from __future__ import annotations

from collections.abc import Sequence

from shim.dualrun.report.pictures.chart import HEIGHT, WIDTH, Frame, round_up
from shim.dualrun.report.proof import LatencyCurve, Margin
from templates.picture import Curve, Picture, Shape


def draw_latency(curve: LatencyCurve, margin: Margin, number: int) -> Picture:
    """`number`: of the curve on its page."""
    slowest = [time + margin.of(time) for time in curve.legacy_s]
    most = round_up(max([*slowest, *curve.candidate_s], default=0.0))
    frame = Frame(most, 0.0, 1.0)
    along = [(most * share, _seconds(most * share)) for share in (0.0, 0.5, 1.0)]
    shapes: list[Shape] = list(frame.axes(along, [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")], "time until received"))
    legacy, tolerated = _steps(frame, curve.legacy_s), _steps(frame, slowest)
    shapes += [
        Curve((*legacy, *reversed(tolerated)), "margin", closed=True),
        Curve(legacy, "legacy"),
        Curve(_steps(frame, curve.candidate_s), "candidate"),
    ]
    description = (
        f"Share of messages that came within a time ({curve.phase}, {curve.samples} pairs). Median: "
        f"{_seconds(_median(curve.legacy_s))} on the WebSocket, {_seconds(_median(curve.candidate_s))} on SSE + POST; "
        f"{_seconds(margin.of(_median(curve.legacy_s)))} more are tolerated."
    )
    name = f"latency-{number}"
    return Picture(name, f"Latency, {curve.phase}", description, WIDTH, HEIGHT, tuple(shapes))


def _steps(frame: Frame, times: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """An empirical distribution from quantiles that stand evenly."""
    points = [(frame.x(0), frame.y(0))]
    for number, time in enumerate(times, 1):
        points += [(frame.x(time), points[-1][1]), (frame.x(time), frame.y(number / len(times)))]
    return (*points, (frame.x(frame.most_x), points[-1][1]))


def _median(times: Sequence[float]) -> float:
    return times[len(times) // 2] if times else 0.0


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"
