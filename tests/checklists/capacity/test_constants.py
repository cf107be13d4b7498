"""Constants are measured, dated, and never used in part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from checklists.capacity import limits
from checklists.capacity.constants import MAX_BYTES, Acts, Measured, load_constants
from checklists.capacity.errors import ConstantsInvalid
from shim.gateway.ids import new_connection_id
from shim.gateway.limits import GatewayLimits, Throttle
from shim.streams.limits import StreamLimits
from shim.streams.redis import broadcasts
from tests.checklists.capacity.stand import constants


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "not readable"),
        ("{}", "measured_on: Field required"),
        ("[", "Invalid JSON"),
        (json.dumps({"schema_version": 2}), "schema_version"),
        (" " * (MAX_BYTES + 1), "more than"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, problem: str):
    path = tmp_path / "constants.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConstantsInvalid, match=problem) as caught:
        load_constants(path)
    assert str(path) in str(caught.value)
    assert "python -m bench.cluster.constants" in str(caught.value)


@pytest.mark.parametrize("values", [(1, 2, 3), (2, 1, 1.5), (-1, -1, -1), (float("nan"),) * 3, (float("inf"),) * 3])
def test_a_median_lies_between_the_least_and_the_most(values: tuple[float, float, float]):
    median, least, most = values
    with pytest.raises(ValidationError):
        Measured(median=median, least=least, most=most)


def test_constants_of_ones_own_are_read_as_they_were_written(tmp_path: Path):
    (tmp_path / "own.json").write_text(constants().model_dump_json())
    assert load_constants(tmp_path / "own.json") == constants()


def test_the_shipped_ones_have_every_act_and_say_where_they_are_from():
    shipped = load_constants()
    assert shipped.machine
    assert shipped.rounds >= 3
    for name in Acts.model_fields:
        if not name.endswith(("_byte", "_heard")):
            assert getattr(shipped.acts, name).node_cpu_s.median > 0, name
    assert shipped.acts.broadcast.redis_operations.median <= 12, "10, and what nodes do by the clock meanwhile"
    assert shipped.acts.idle_second.redis_operations.median <= 0.11, "ten seconds of an idle stream cost one operation"
    assert shipped.redis_stream_bytes.median <= 1100


def test_what_the_shim_keeps_is_what_the_shim_keeps():
    streams = StreamLimits()
    assert streams.replay_s == limits.REPLAY_S
    assert streams.replay_events == limits.REPLAY_EVENTS
    assert streams.replay_bytes == limits.REPLAY_BYTES
    assert streams.resume_window_s == limits.RESUME_WINDOW_S
    assert streams.retry_ms / 1000 == limits.RETRY_S
    assert streams.drain_spread_ms / 1000 == limits.DRAIN_SPREAD_S
    assert streams.heartbeat_s == limits.HEARTBEAT_S
    assert streams.connections == limits.CONNECTIONS
    assert GatewayLimits().connects == Throttle(limits.CONNECTS_S, limits.CONNECTS_BURST)
    assert streams.broadcast_events == limits.BROADCAST_EVENTS
    assert streams.broadcast_bytes == limits.BROADCAST_BYTES
    assert len(new_connection_id()) + len("\n") == limits.RECIPIENT_BYTES
    assert broadcasts.RECENT == limits.BROADCASTS_UNFOLDED
