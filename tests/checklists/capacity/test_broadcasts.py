"""What is kept of broadcasts goes by the bounds of broadcasts, and is what a log of the shim keeps."""

from __future__ import annotations

import tracemalloc

import pytest

from checklists.capacity.broadcasts import kept_broadcasts, kept_by_a_node
from checklists.capacity.errors import CapacityUnreachable
from checklists.capacity.flat import Flat
from checklists.capacity.sizing import Shape, node_size
from shim.gateway.ids import new_connection_id
from shim.streams.limits import StreamLimits
from shim.streams.redis.broadcasts import BroadcastLog, read_published
from tests.checklists.capacity.stand import constants, demand

BROADCAST = {"pushed": "broadcast", "connections": 10_000, "fan_out": 10_000}


def test_who_is_not_broadcast_to_has_nothing_kept():
    assert kept_by_a_node(demand(fan_out=100, pushed="loop")) == 0
    assert kept_broadcasts(demand(**BROADCAST, pushes_s=0)) == kept_by_a_node(demand(**BROADCAST, pushes_s=0)) == 0


@pytest.mark.parametrize(
    ("message_bytes", "fan_out", "kept"),
    [
        (200, 10_000, 10_000),
        (100_000, 10_000, 167),  # of 16 MiB
        (1_000, 1_000, 932),  # with 1,000 ids of 17 bytes each
        (1_000, 10_000, 10_000),  # to all, without ids
    ],
)
def test_they_are_kept_until_one_of_two_bounds_is_reached(message_bytes: int, fan_out: int, kept: int):
    load = demand(**BROADCAST | {"message_bytes": message_bytes, "fan_out": fan_out, "pushes_s": 0.001})
    assert kept_broadcasts(load) == kept


def test_a_node_has_room_for_them_beside_its_streams():
    small = Shape(vcpu=1, memory_gb=0.5)
    quiet = {"connections": 400_000, "received_s": 0, "life_minutes": 10_000}
    without = node_size(Flat(constants()), demand(**quiet, pushes_s=0), small)
    load = demand(**quiet, pushes_s=0.01, fan_out=400_000, pushed="broadcast", message_bytes=20_000)
    found = node_size(Flat(constants()), load, small)
    assert found.nodes > without.nodes
    each = 400_000 / (found.nodes - 1) * 10_000
    assert found.memory_bytes == pytest.approx(80e6 + each + 838 * (20_000 + 250), rel=0.001)


def test_a_node_that_has_no_room_for_what_is_kept_is_too_small_however_many_there_are():
    load = demand(**BROADCAST | {"connections": 2_000_000, "fan_out": 1_000_000, "pushes_s": 0.001})
    with pytest.raises(CapacityUnreachable, match="their memory is too small"):
        node_size(Flat(constants()), load, Shape(vcpu=1, memory_gb=0.1))


@pytest.mark.parametrize(("message_bytes", "fan_out"), [(200, 10_000), (5_000, 10_000), (1_000, 2_000)])
def test_a_log_of_the_shim_takes_what_is_reckoned(message_bytes: int, fan_out: int):
    load = demand(**BROADCAST | {"message_bytes": message_bytes, "fan_out": fan_out, "pushes_s": 1})
    some = fan_out < 10_000
    ids = "\n".join(new_connection_id() for _ in range(fan_out if some else 0)).encode()
    log = BroadcastLog(StreamLimits())
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(1, kept_broadcasts(load) + 100):
            head = f"b {number} 1700000000000 {len(ids)} life\n".encode()
            log.add(read_published(head + ids + bytes(message_bytes))[0])
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert log.last + 1 - log.first == pytest.approx(kept_broadcasts(load), abs=1)
    assert taken == pytest.approx(kept_by_a_node(load), rel=0.25)
