"""What nodes spend in idleness is not the act's, what a broadcast costs is told apart, and the file can be read again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cluster.__main__ import USUAL
from bench.cluster.acts import FEW, Plan, Round, measured
from bench.cluster.constants import together
from bench.cluster.goals import CLUSTER, OURS
from bench.cluster.posting import PostRefused, post
from bench.cluster.predictions import MIB, predicted, table
from bench.cluster.returning import Crowd
from bench.cluster.site import Reading, Site, site
from bench.generator import Generator
from bench.goals import judge
from bench.measure import Session
from bench.servers import SERVERS
from checklists.capacity.constants import Acts, load_constants
from checklists.capacity.flat import Flat
from tests.checklists.capacity.stand import constants

needed = pytest.mark.skipif(not shutil.which("gcc") or not shutil.which("redis-server"), reason="no gcc or no Redis")


def reading(at: float, cpu: tuple[float, ...], *, redis: float = 0, operations: float = 0, out: float = 0) -> Reading:
    return Reading(at, cpu, redis, operations, redis_in=0, redis_out=out, memory=0)


def test_what_is_spent_in_idleness_is_taken_off_by_time_and_never_more_than_there_was():
    idle = reading(10, (1, 0), operations=100)
    spent = reading(5, (2, 0.1), operations=20)
    assert spent.without(idle) == reading(5, (1.5, 0.1), operations=0)


def test_a_broadcast_costs_who_is_asked_each_who_hears_it_and_each_stream():
    """100 µs to be asked, 40 to hear it, 10 for each stream."""
    nobody = Site([1, 2], [1, 2], None)  # type: ignore[arg-type]
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


def test_a_number_that_no_redis_took_part_in_is_none():
    metrics = {metric.key: metric for metric in CLUSTER.metrics}
    phase = {"redis_cpu_s": 0.5, "delivered": 5_000}
    assert metrics["redis_unicast"].read({"unicast": phase}) == pytest.approx(100)
    with pytest.raises(KeyError):
        metrics["redis_unicast"].read({"unicast": phase | {"redis_cpu_s": 0.0}})
    with pytest.raises(KeyError):
        metrics["bytes_per_idle_stream"].read({"unicast": phase})


def test_every_goal_of_nodes_is_of_something_that_is_measured():
    keys = {metric.key for metric in CLUSTER.metrics}
    assert {goal.metric for goal in CLUSTER.goals} <= keys
    assert len(keys) == len(CLUSTER.metrics)
    assert set(USUAL) <= set(SERVERS)


def test_goals_of_nodes_are_held_against_the_shim_without_redis():
    phase = {"through_per_s": 900.0, "delivered": 900, "server_cpu_s": 1.0, "redis_cpu_s": 0.1}
    counts = {"operations_per_broadcast": 7, "idle_operations_per_stream_in_10_s": 1.2, "bytes_per_idle_stream": 900}
    ours = {"unicast": phase | {"through_per_s": 500.0}, "counts": counts}
    rounds = [{"shim": {"unicast": phase}, OURS: ours}]
    verdicts = {one.goal.metric: one.met for one in judge(rounds, CLUSTER)}
    assert verdicts == {
        "unicast": True,
        "operations_per_broadcast": True,
        "idle_operations_per_stream_in_10_s": False,
        "bytes_per_idle_stream": True,
    }


def test_predictions_have_a_number_for_all_that_is_measured():
    """1,000 streams at two nodes, by hand."""
    found = predicted(Flat(constants()), 1_000)
    assert found["memory of a node, MiB"] == pytest.approx((80e6 + 500 * 10_000) / MIB)
    assert found["memory of Redis, MiB"] == pytest.approx((2e6 + 1000 * 1000) / MIB)
    assert found["to open all: nodes, s of a core"] == pytest.approx(1.0)
    assert found["4,000 pushes in 10 s: nodes, s of a core"] == pytest.approx(4000 * 300e-6 + 1000 * 10 * 5e-6)
    rows = list(
        table(constants(), [{"streams": 1_000, "measured": {name: 2 * value for name, value in found.items()}}])
    )
    assert len(rows) == 2 + len(found)
    assert all(row.endswith("| 2.00 |") for row in rows[2:])


@pytest.mark.slow
@needed
@pytest.mark.parametrize("name", ["shim-redis-2", "naive-redis", "nchan-redis"])
def test_what_is_compared_answers_rightly(tmp_path: Path, name: str):
    server = SERVERS[name]()
    if why := server.missing():
        pytest.skip(why)
    with server.start(None, tmp_path) as at, Generator() as generator:
        session = Session(server, at, generator, tmp_path)
        session.open(20)
        for kind in (session.unicast, session.broadcast):
            found = kind("a few", 40, outstanding=2, seconds=20)
            assert found is not None
            assert found["right"]


@pytest.mark.slow
@needed
async def test_who_loses_a_node_comes_back_to_the_other(tmp_path: Path):
    with site(2, tmp_path) as nodes:
        crowd = Crowd(nodes.ports[0], nodes.ports[1], 20)
        await crowd.open()
        os.kill(nodes.pids[0], signal.SIGKILL)
        pauses = await crowd.back()
        await crowd.leave()
    assert len(pauses) == 20
    assert 1 <= pauses[0] <= pauses[-1]


@pytest.mark.slow
@needed
def test_all_who_come_back_at_once_have_what_they_missed_once():
    command = [sys.executable, "-m", "bench.avalanche", "--clients", "20"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["clients"], found["missed_or_repeated"]) == (20, 0)


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
