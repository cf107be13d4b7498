"""What nodes spend in idleness is not the act's, what a broadcast costs is told apart, and the file can be read again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.cluster.acts import FEW, Plan, Round, measured
from bench.cluster.constants import together
from bench.cluster.posting import PostRefused, post
from bench.cluster.site import Reading, Site, site
from checklists.capacity.constants import Acts, load_constants

needed = pytest.mark.skipif(not shutil.which("gcc") or not shutil.which("redis-server"), reason="no gcc or no Redis")


def reading(at: float, cpu: tuple[float, ...], *, redis: float = 0, operations: float = 0, out: float = 0) -> Reading:
    return Reading(at, cpu, redis, operations, redis_in=0, redis_out=out, memory=0)


def test_what_is_spent_in_idleness_is_taken_off_by_time_and_never_more_than_there_was():
    idle = reading(10, (1, 0), operations=100)
    spent = reading(5, (2, 0.1), operations=20)
    assert spent.without(idle) == reading(5, (1.5, 0.1), operations=0)


def test_a_broadcast_costs_who_is_asked_each_who_hears_it_and_each_stream():
    """100 µs to be asked, 40 to hear it, 10 for each stream."""
    nobody = Site("", [1, 2], [1, 2], None)  # type: ignore[arg-type]
    round_ = Round(nobody, Plan(streams=1010), Path())
    round_._to_few = (reading(4, (0.0140, 0.0140), redis=0.02, operations=700, out=80_000), 100)
    to_many = (reading(4, (1.0140, 0.0140)), 100)
    large = (reading(4, (1.0140 + 100 * 1010 * 4000 * 1e-9, 0.0140)), 100)
    round_._tell_apart(to_many, large)
    acts = round_.acts
    assert acts["delivery"]["node_cpu_s"] == pytest.approx(1.0 / 100 / (1010 - FEW))
    assert acts["broadcast_heard"]["node_cpu_s"] == pytest.approx(0.000140 - FEW * 1e-5)
    assert acts["broadcast"]["node_cpu_s"] == pytest.approx(0.000100)
    assert acts["broadcast"]["redis_operations"] == 7
    assert acts["broadcast_heard"]["redis_out_bytes"] == 400
    assert acts["delivery_byte"]["node_cpu_s"] == pytest.approx(1e-9)


def test_rounds_become_a_median_with_the_least_and_the_most():
    rounds = [{"a": value, "acts": {"open": {"node_cpu_s": 2 * value}}} for value in (3.0, 1.0, 2.00004)]
    assert together(rounds) == {
        "a": {"median": 2.0, "least": 1.0, "most": 3.0},
        "acts": {"open": {"node_cpu_s": {"median": 4.0, "least": 2.0, "most": 6.0}}},
    }


@pytest.mark.slow
@needed
async def test_a_message_that_is_refused_is_no_measurement(tmp_path: Path):
    with site(1, tmp_path) as nodes, pytest.raises(PostRefused, match=r"HTTP/1\.1 4"):
        await post(nodes.ports[0], "nobody", 1)


@pytest.mark.slow
@needed
def test_every_act_is_measured_and_none_is_below_what_it_must_cost(tmp_path: Path):
    plan = Plan(streams=100, back=16, posts=40, seconds=1.0, idle_s=16.0, pushes=100, broadcasts=10)
    with site(2, tmp_path) as nodes:
        found = measured(nodes, plan, tmp_path)
    assert set(found["acts"]) == set(Acts.model_fields)
    assert found["acts"]["push_elsewhere"]["redis_operations"] >= 7
    assert 7 <= found["acts"]["broadcast"]["redis_operations"] <= 10
    assert found["acts"]["push_byte"]["redis_in_bytes"] == pytest.approx(1, abs=0.2)
    assert found["stream_bytes"] > 0
    assert set(found) - {"acts"} <= set(load_constants().model_dump())
