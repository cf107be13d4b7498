"""As many nodes as carry the load, and still do with one missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.capacity.demand import Demand
from checklists.capacity.errors import CapacityUnreachable
from checklists.capacity.flat import Flat
from checklists.capacity.sizing import (
    CORE_BUSY,
    CORE_BUSY_WITH_ONE_LOST,
    MEMORY_FULL,
    SHAPES,
    Shape,
    node_size,
    redis_size,
    size,
)
from tests.checklists.capacity.stand import constants, demand

FLAT = Flat(constants())
WHOLE = Shape(vcpu=1, memory_gb=2)


def test_nobody_is_served_by_less_than_two_nodes_in_two_zones():
    found = node_size(FLAT, demand(connections=1, pushes_s=0, received_s=0), SHAPES[0])
    assert (found.nodes, found.connections, found.connections_one_lost, found.bound_by) == (2, 1, 1, "two zones")


def test_memory_counts_where_streams_are_many_and_silent():
    small = Shape(vcpu=1, memory_gb=0.5)
    found = node_size(FLAT, demand(connections=400_000, pushes_s=0, received_s=0, life_minutes=10_000), small)
    assert (found.nodes, found.bound_by) == (14, "memory")
    assert found.memory_bytes <= MEMORY_FULL * 0.5e9


@settings(deadline=None)
@given(connections=st.integers(1, 500_000), pushes=st.floats(0, 2000), which=st.sampled_from(SHAPES))
def test_what_is_promised_holds_and_one_node_less_does_not_hold_it(connections: int, pushes: float, which: Shape):
    load = Demand(connections=connections, pushes_s=pushes, received_s=pushes)
    found = node_size(FLAT, load, which)
    assert found.core_busy <= CORE_BUSY
    assert found.core_busy_one_lost <= CORE_BUSY_WITH_ONE_LOST
    assert found.memory_bytes <= MEMORY_FULL * which.memory_gb * 1e9
    assert found.connections * found.nodes >= connections
    assert found.connections_one_lost * (found.nodes - 1) >= connections
    more = node_size(FLAT, load.scaled(2), which)
    assert more.nodes >= found.nodes


def test_broadcasts_that_leave_a_node_no_time_are_refused_with_the_reason():
    with pytest.raises(CapacityUnreachable, match="each node hears every broadcast") as caught:
        node_size(FLAT, demand(pushes_s=10_000, fan_out=10_000, pushed="broadcast"), WHOLE)
    assert (caught.value.what, caught.value.bound_by) == ("nodes", "vCPU")


@pytest.mark.parametrize(
    ("changed", "node"),
    [
        ({"connections": 1000, "pushes_s": 1, "received_s": 1}, "cache.t4g.micro"),
        ({"connections": 100_000, "pushes_s": 1, "received_s": 1, "life_minutes": 10_000}, "cache.m7g.large"),
        ({"connections": 50_000, "pushes_s": 200, "received_s": 1, "message_bytes": 130_000}, "cache.r7g.large"),
        ({"connections": 20_000, "pushes_s": 3000, "received_s": 1}, "cache.m7g.large"),
    ],
    ids=["little of anything", "heartbeats", "what is kept", "pushes"],
)
def test_the_first_redis_node_that_holds_all_of_it(changed: dict, node: str):
    found = redis_size(FLAT, demand(**changed), 4)
    assert (found.node, found.shards, found.nodes) == (node, 1, 2)


def test_what_one_redis_does_not_carry_takes_a_cluster():
    found = redis_size(FLAT, demand(pushes_s=50_000, received_s=1), 4)
    assert found.shards > 1
    assert found.nodes == 2 * found.shards
    assert found.core_busy <= 0.5


def test_a_cluster_does_not_help_where_all_is_broadcast():
    with pytest.raises(CapacityUnreachable, match="every broadcast is written to one shard"):
        redis_size(FLAT, demand(pushes_s=8_000, received_s=1, fan_out=10_000, pushed="broadcast"), 4)


def test_both_together():
    found = size(FLAT, demand(), WHOLE)
    assert found.shape == WHOLE
    assert found.redis == redis_size(FLAT, demand(), found.nodes.nodes)
