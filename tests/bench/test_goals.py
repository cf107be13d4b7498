from __future__ import annotations

from bench.goals import GOALS, METRICS, judge, values
from bench.report import report

ABOUT = {"date": "2026-01-01", "seconds": 1.0, "machine": "2 cores", "streams": 1000, "idle": 10000}


def pushes(through: float, p99_us: float = 500.0) -> dict:
    latency = {"p50": 100.0, "p99": p99_us}
    phase = {"through_per_s": through, "delivery_us": latency, "delivered": 10, "server_cpu_s": 1.0, "sent": 10}
    return {"unicast": phase, "half_load": phase, "held_unicast": phase, "held": 10_000, "bytes_per_stream": 4096}


def judged(rounds: list, metric: str, peer: str | None):
    return next(one for one in judge(rounds) if (one.goal.metric, one.goal.peer) == (metric, peer))


def test_a_phase_that_went_wrong_has_no_number_and_meets_no_goal():
    wrong = {"wrong": "shim, unicast: {'missing': 1}", "found": {"answered_per_s": 1e6}}
    rounds = [{"naive": pushes(100), "shim": pushes(900) | {"unicast": wrong}}]
    assert values(rounds, "shim", METRICS[0]) == {}
    assert judged(rounds, "unicast", "naive").met is None
    assert "no number, for it was wrong: shim, unicast: {'missing': 1}" in report(rounds, ABOUT)


def test_streams_that_were_held_while_pushes_went_wrong_do_not_count():
    rounds = [{"shim": pushes(900) | {"held_unicast": {"wrong": "lost"}}}]
    assert judged(rounds, "held", None).met is not True


def test_a_goal_is_judged_by_the_median_of_the_ratios_within_rounds():
    rounds = [
        {"naive": pushes(100), "shim": pushes(900)},
        {"naive": pushes(50), "shim": pushes(100)},
        {"naive": pushes(1000), "shim": pushes(8500)},
    ]
    one = judged(rounds, "unicast", "naive")
    assert one.reached is not None
    assert (one.reached.median, one.reached.least, one.reached.most) == (8.5, 2.0, 9.0)
    assert one.met is True


def test_less_is_better_for_latency_and_memory():
    assert judged([{"shim": pushes(1, p99_us=9_999)}], "half_load_p99", None).met is True
    assert judged([{"shim": pushes(1, p99_us=10_001)}], "half_load_p99", None).met is False
    assert judged([{"shim": pushes(1)}], "memory", None).met is True


def test_every_goal_is_of_a_metric_that_is_measured():
    assert {goal.metric for goal in GOALS} <= {metric.key for metric in METRICS}


def test_the_report_says_where_others_had_the_core_and_where_the_generator_was_the_limit():
    found = pushes(900)
    found["unicast"] = found["unicast"] | {"disturbed_share": 0.31}
    found["half_load"] = found["half_load"] | {"busy_share": 0.95}
    text = report([{"shim": found}], ABOUT)
    assert "shim: others had its core in 1 of 1 phases, 31% to 31% of the time" in text
    assert "round 1, shim, half_load: the load generator was busy 95% of the time" in text
