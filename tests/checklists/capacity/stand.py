"""Constants with round numbers, so that what comes of them can be reckoned by hand."""

from __future__ import annotations

from datetime import date

from checklists.capacity.constants import Act, Acts, Constants, Measured
from checklists.capacity.demand import Demand


def exactly(value: float) -> Measured:
    return Measured(median=value, least=value, most=value)


def about(value: float) -> Measured:
    """A fifth less to a fifth more."""
    return Measured(median=value, least=0.8 * value, most=1.2 * value)


def act(node_us: float, redis_us: float = 0, operations: float = 0, in_: float = 0, out: float = 0) -> Act:
    """`node_us`, `redis_us`: microseconds of a core."""
    return Act(
        node_cpu_s=about(node_us / 1e6),
        redis_cpu_s=about(redis_us / 1e6),
        redis_operations=exactly(operations),
        redis_in_bytes=exactly(in_),
        redis_out_bytes=exactly(out),
    )


def constants() -> Constants:
    return Constants(
        measured_on=date(2026, 11, 30),
        machine="a machine",
        redis="Redis 7",
        rounds=3,
        streams=1000,
        message_bytes=200,
        node_bytes=exactly(80e6),
        stream_bytes=exactly(10_000),
        redis_bytes=exactly(2e6),
        redis_stream_bytes=exactly(1_000),
        redis_message_bytes=exactly(100),
        redis_first_bytes=exactly(500),
        acts=Acts(
            open=act(1000, 200, 30, 800, 300),
            close=act(500, 100, 10, 200, 100),
            resume=act(1000, 300, 20, 600, 400),
            idle_second=act(5, 2, 0.08, 3, 4),
            receive=act(1000, 200, 12, 500, 100),
            push_here=act(200, 50, 7, 400, 100),
            push_elsewhere=act(300, 60, 8, 400, 400),
            push_byte=act(0.01, 0.01, 0, 1, 1),
            broadcast=act(500, 100, 7, 400, 0),
            broadcast_heard=act(200, 0, 0, 0, 400),
            recipient=act(0.4, 2),
            delivery=act(10),
            delivery_byte=act(0.001),
        ),
    )


def demand(**changed: object) -> Demand:
    values = {"connections": 10_000, "pushes_s": 100, "received_s": 100, "message_bytes": 200, "handler_cpu_s": 0}
    return Demand.model_validate(values | changed)
