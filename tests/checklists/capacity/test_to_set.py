"""What has to be set is said where the defaults do not do, and only there."""

from __future__ import annotations

import pytest

from checklists.capacity.flat import Flat
from checklists.capacity.sizing import Shape, size
from checklists.capacity.to_set import to_set
from tests.checklists.capacity.stand import constants, demand


def said(**changed: object) -> str:
    load = demand(**changed)
    return "\n".join(to_set(load, size(Flat(constants()), load, Shape(vcpu=1, memory_gb=2))))


def test_a_load_that_the_defaults_carry_needs_nothing():
    assert said(connections=1000, pushes_s=1, received_s=1) == ""
    assert "broadcasts" not in said(connections=10_000, pushes_s=100, fan_out=10_000, pushed="broadcast")


def test_all_connections_of_all_nodes_have_to_be_let_in():
    assert "Set streams.connections to 50,000 or more" in said(connections=50_000, pushes_s=1)


def test_those_who_begin_in_a_second_have_to_be_let_in():
    words = "Set limits.connects.rate_per_s to 1,042 or more: 694 connections begin a second"
    assert words in said(connections=5_000_000, pushes_s=1)
    assert "limits.connects" not in said(connections=2_000_000, pushes_s=1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"pushes_s": 200, "fan_out": 10_000},
            "10,000 broadcasts are kept, which is 50 s of them: set streams.broadcast_events to 12,000 or more, or",
        ),
        (
            {"pushes_s": 50, "fan_out": 1_000, "message_bytes": 1_000},
            "932 broadcasts are kept, which is 18.6 s of them: set streams.broadcast_bytes to 54,000,000 or more, or",
        ),
        (
            {"pushes_s": 200, "fan_out": 10_000, "message_bytes": 2_000},
            "set streams.broadcast_events to 12,000 or more and streams.broadcast_bytes to 24,000,000 or more, or",
        ),
    ],
    ids=["events", "bytes, with ids", "both"],
)
def test_broadcasts_have_to_be_kept_as_long_as_a_connection_waits(changed: dict, words: str):
    found = said(**{"connections": 10_000, "pushed": "broadcast"} | changed)
    assert words in found
    assert "replay_events" not in found


def test_a_loop_is_not_told_of_the_bounds_of_broadcasts():
    assert "broadcast" not in said(connections=10_000, pushes_s=200, fan_out=50)


def test_what_api_gateway_does_not_allow_by_default_is_said():
    assert "API Gateway allows 10,000 calls" in said(connections=10_000, pushes_s=100, fan_out=200)
