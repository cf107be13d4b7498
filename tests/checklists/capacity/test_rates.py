"""What goes on in a second is the sum of its acts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.capacity.demand import Demand
from checklists.capacity.flat import LEVELS, Flat
from checklists.capacity.rates import in_a_second, kept_bytes, redis_bytes
from tests.checklists.capacity.stand import constants, demand

FLAT = Flat(constants())


def busy(nodes: int = 2, **changed: object) -> float:
    """Microseconds of all nodes' cores in a second."""
    return in_a_second(FLAT, demand(**changed), nodes).node_cpu_s * 1e6


QUIET = {"connections": 1, "pushes_s": 0, "received_s": 0, "life_minutes": 525_600}


def test_idle_connections_cost_their_heartbeats():
    assert busy(**QUIET | {"connections": 1000}) == pytest.approx(1000 * 5, rel=0.01)


def test_half_of_the_pushes_meet_their_stream_at_one_of_two_nodes():
    assert busy(**QUIET | {"pushes_s": 100}) == pytest.approx(100 * (200 + 300) / 2, rel=0.01)
    assert busy(10, **QUIET | {"pushes_s": 100}) == pytest.approx(100 * (200 + 9 * 300) / 10, rel=0.01)


def test_a_loop_costs_a_push_for_each_and_a_broadcast_one_for_all():
    several = {**QUIET, "connections": 1000, "pushes_s": 1, "fan_out": 1000}
    idle = 1000 * 5
    assert busy(**several) - idle == pytest.approx(1000 * 250, rel=0.01)
    assert busy(**several, pushed="broadcast") - idle == pytest.approx(500 + 2 * 200 + 1000 * 10, rel=0.01)


def test_a_broadcast_to_some_is_looked_up_once_and_read_by_every_node():
    some = {**QUIET, "connections": 1001, "pushes_s": 1, "fan_out": 1000, "pushed": "broadcast"}
    idle = 1001 * 5
    assert busy(3, **some) - idle == pytest.approx(500 + 3 * (200 + 1000 * 0.4) + 1000 * 10, rel=0.01)
    to_some = in_a_second(FLAT, demand(**some), 3).redis_cpu_s
    to_all = in_a_second(FLAT, demand(**some | {"connections": 1000}), 3).redis_cpu_s
    assert to_some - to_all == pytest.approx((1000 * 2 + 2) / 1e6)


def test_bytes_beyond_the_measured_message_are_carried():
    """A push elsewhere goes into Redis and out again; a broadcast comes out once for each node."""
    small, large = demand(**QUIET | {"pushes_s": 1}), demand(**QUIET | {"pushes_s": 1, "message_bytes": 1200})
    difference = in_a_second(FLAT, large, 2).redis_in_bytes - in_a_second(FLAT, small, 2).redis_in_bytes
    assert difference == pytest.approx(1000)
    to_all = {**QUIET, "connections": 10, "pushes_s": 1, "fan_out": 10, "pushed": "broadcast"}
    small, large = demand(**to_all), demand(**to_all, message_bytes=1200)
    difference = in_a_second(FLAT, large, 3).redis_out_bytes - in_a_second(FLAT, small, 3).redis_out_bytes
    assert difference == pytest.approx(3000)


def test_a_handler_works_at_messages_starts_and_ends_unless_it_is_at_lambda():
    with_handlers = {**QUIET, "received_s": 10, "handler_cpu_s": 0.004}
    assert busy(**with_handlers) - busy(**QUIET) == pytest.approx(10 * (1000 + 4000), rel=0.01)
    assert busy(**with_handlers, handlers="lambda") == pytest.approx(busy(**QUIET | {"received_s": 10}), rel=0.001)


def test_redis_keeps_what_those_may_want_who_come_back():
    assert kept_bytes(FLAT, demand(pushes_s=0)) == 0
    assert kept_bytes(FLAT, demand(pushes_s=1, connections=1)) == pytest.approx(300 * 300 + 500, rel=0.01)
    assert kept_bytes(FLAT, demand(pushes_s=1000, connections=1)) == pytest.approx(1000 * 300 + 500, rel=0.01)
    of_all = demand(pushes_s=1000, fan_out=10_000, pushed="broadcast")
    assert kept_bytes(FLAT, of_all) == 10_000 * 300
    assert redis_bytes(FLAT, of_all) == 2e6 + 10_000 * 1000 + 10_000 * 300


def test_a_broadcast_to_some_carries_their_ids_to_every_node():
    def out(fan_out: int) -> float:
        load = demand(**QUIET | {"connections": 1000, "pushes_s": 1, "fan_out": fan_out, "pushed": "broadcast"})
        return in_a_second(FLAT, load, 3).redis_out_bytes

    assert out(999) - out(1000) == pytest.approx(3 * 999 * 17)


@given(
    connections=st.integers(1, 10**6),
    pushes=st.floats(0, 1e4),
    fan_out=st.integers(1, 50),
    pushed=st.sampled_from(["loop", "broadcast"]),
    nodes=st.integers(1, 100),
)
def test_more_never_costs_less(connections: int, pushes: float, fan_out: int, pushed: str, nodes: int):
    less = Demand(
        connections=connections,
        pushes_s=pushes,
        fan_out=min(fan_out, connections),
        pushed=pushed,  # type: ignore[arg-type]
        received_s=pushes,
    )
    more = less.scaled(2)
    least, middle, most = (in_a_second(Flat(constants(), level), less, nodes) for level in LEVELS)
    assert least.node_cpu_s <= middle.node_cpu_s <= most.node_cpu_s
    assert in_a_second(FLAT, more, nodes).node_cpu_s >= middle.node_cpu_s
    assert in_a_second(FLAT, more, nodes).redis_operations >= middle.redis_operations
    assert redis_bytes(FLAT, more) >= redis_bytes(FLAT, less)
