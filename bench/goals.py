"""The numbers that a run takes from a measurement, and the goals that stand beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.statistics import Spread, ratios, spread

Rounds = Sequence[Mapping[str, Mapping[str, Any]]]
"""For each round: name of the server -> what `measure` gave."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`read` takes the number out of a measurement, or raises KeyError when the phase was left out or went wrong."""

    key: str
    title: str
    unit: str
    read: Callable[[Mapping[str, Any]], float]
    higher_is_better: bool = True


def _for_cpu(phase: Mapping[str, Any]) -> float:
    """What the server did with a second of its own time: says more than a rate when others share its core."""
    return float(phase["delivered"] / phase["server_cpu_s"])


METRICS = (
    Metric("unicast", "pushes", "/s", lambda m: m["unicast"]["through_per_s"]),
    Metric("unicast_p50", "push to event p50", "ms", lambda m: m["unicast"]["delivery_us"]["p50"] / 1000, False),
    Metric("unicast_p99", "push to event p99", "ms", lambda m: m["unicast"]["delivery_us"]["p99"] / 1000, False),
    Metric("half_load_p99", "p99 at half load", "ms", lambda m: m["half_load"]["delivery_us"]["p99"] / 1000, False),
    Metric("one_broadcast", "one broadcast", "events/s", lambda m: m["one_broadcast"]["through_per_s"]),
    Metric("one_last", "its last delivery p50", "ms", lambda m: m["one_broadcast"]["last_us"]["p50"] / 1000, False),
    Metric("eight_broadcasts", "eight broadcasts", "events/s", lambda m: m["eight_broadcasts"]["through_per_s"]),
    Metric("connect", "connects", "/s", lambda m: m["connect"]["per_s"]),
    Metric("memory", "memory for an idle stream", "KiB", lambda m: m["bytes_per_stream"] / 1024, False),
    Metric("held_unicast", "pushes beside idle streams", "/s", lambda m: m["held_unicast"]["through_per_s"]),
    Metric("held", "idle streams held meanwhile", "", lambda m: m["held"] if "sent" in m["held_unicast"] else 0),
    Metric("unicast_cpu", "pushes for a second of CPU", "", lambda m: _for_cpu(m["unicast"])),
    Metric("one_cpu", "one broadcast, events for a second of CPU", "", lambda m: _for_cpu(m["one_broadcast"])),
    Metric("eight_cpu", "eight broadcasts, events for a second of CPU", "", lambda m: _for_cpu(m["eight_broadcasts"])),
)


@dataclass(frozen=True, slots=True)
class Goal:
    """`peer` None: an absolute bound. `bound` is the least, or for metrics of which less is better, the most."""

    metric: str
    peer: str | None
    bound: float
    for_cpu: str | None = None
    """The metric that says the same for a second of the server's own time."""


GOALS = (
    Goal("unicast", "naive", 8.0, "unicast_cpu"),
    Goal("unicast", "nchan", 0.7, "unicast_cpu"),
    Goal("one_broadcast", "naive", 5.0, "one_cpu"),
    Goal("one_broadcast", "nchan", 1.2, "one_cpu"),
    Goal("eight_broadcasts", "nchan", 3.0, "eight_cpu"),
    Goal("connect", "naive", 3.0),
    Goal("memory", None, 8.0),
    Goal("held", None, 10_000),
    Goal("half_load_p99", None, 10.0),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """`reached` None: it wasn't measured."""

    goal: Goal
    metric: Metric
    reached: Spread | None
    for_cpu: Spread | None
    """Where others had the server's core, this is what to look at. None: it has no such number."""

    @property
    def met(self) -> bool | None:
        if self.reached is None:
            return None
        if self.metric.higher_is_better:
            return self.reached.median >= self.goal.bound
        return self.reached.median <= self.goal.bound


def values(rounds: Rounds, server: str, metric: Metric) -> dict[int, float]:
    """By round; rounds in which it wasn't measured, or went wrong, are left out."""
    found = {}
    for number, measured in enumerate(rounds):
        try:
            found[number] = float(metric.read(measured[server]))
        except KeyError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """What a run is held against: which of the servers is ours, what is read of each, and what ours should reach."""

    server: str
    metrics: tuple[Metric, ...]
    goals: tuple[Goal, ...]


ALONE = Scale("shim", METRICS, GOALS)


def judge(rounds: Rounds, scale: Scale = ALONE) -> list[Judged]:
    """Every goal, by the median of the ratios within rounds."""
    metrics = {metric.key: metric for metric in scale.metrics}
    judged = []
    for goal in scale.goals:
        metric = metrics[goal.metric]
        for_cpu = _reached(rounds, scale.server, goal, metrics[goal.for_cpu]) if goal.for_cpu else None
        judged.append(Judged(goal, metric, _reached(rounds, scale.server, goal, metric), for_cpu))
    return judged


def _reached(rounds: Rounds, server: str, goal: Goal, metric: Metric) -> Spread | None:
    ours = values(rounds, server, metric)
    return spread(list(ours.values()) if goal.peer is None else ratios(ours, values(rounds, goal.peer, metric)))
