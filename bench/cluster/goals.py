"""What nodes over one Redis are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.goals import METRICS, Goal, Metric, Scale

OURS = "shim-redis"


def _redis_cpu(phase: Mapping[str, Any]) -> float:
    """Microseconds of Redis for each event that came through. KeyError where there is no Redis."""
    if not phase["redis_cpu_s"]:
        raise KeyError("redis_cpu_s")
    return float(phase["redis_cpu_s"] / phase["delivered"] * 1e6)


def _count(name: str, title: str, unit: str) -> Metric:
    return Metric(name, title, unit, lambda measured: float(measured["counts"][name]), higher_is_better=False)


COUNTS = (
    _count("operations_per_broadcast", "operations for a broadcast to all streams of two nodes", ""),
    _count("idle_operations_per_stream_in_10_s", "operations for an idle stream in 10 s", ""),
    _count("bytes_per_idle_stream", "memory of Redis for an idle stream", "bytes"),
    _count("operations_to_open_one", "operations to open a stream", ""),
)

CLUSTER = Scale(
    server=OURS,
    metrics=(
        *METRICS,
        Metric("redis_unicast", "Redis for a push", "µs", lambda m: _redis_cpu(m["unicast"]), higher_is_better=False),
        Metric("redis_one", "Redis for an event of a broadcast", "µs", lambda m: _redis_cpu(m["one_broadcast"]), False),
        *COUNTS,
    ),
    goals=(
        Goal("unicast", "shim", 0.5, "unicast_cpu"),
        Goal("operations_per_broadcast", None, 10),
        Goal("idle_operations_per_stream_in_10_s", None, 1),
        Goal("bytes_per_idle_stream", None, 1_024),
    ),
)
"""Redis may cost half of the rate of pushes that one node has without it. The others are counts, the same on any
machine."""
