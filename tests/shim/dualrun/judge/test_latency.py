from __future__ import annotations

import random

import pytest

from shim.dualrun.judge.latency import MIN_SAMPLES, Sample, judge_latency, quantile_of
from shim.dualrun.judge.margin import Margin


def samples(count: int, slower_by: float = 0.0, *, seed: int = 0, sessions: int = 40) -> list[Sample]:
    chance = random.Random(seed)
    return [
        Sample(f"s{number % sessions}", "steady", chance.expovariate(20), chance.expovariate(20) + slower_by)
        for number in range(count)
    ]


def verdicts(found) -> list[str]:
    return [result.verdict for result in found.results]


def test_with_one_sample_too_few_there_is_no_number():
    for quantile, least in MIN_SAMPLES.items():
        (few,) = judge_latency(samples(least - 1), quantiles=(quantile,)).results
        assert few.verdict == "not enough data"
        assert (few.legacy, few.candidate, few.low, few.high, few.margin) == (None,) * 5
        assert few.samples_lacking == 1


@pytest.mark.parametrize(("quantile", "least"), [(0.95, 75), (0.99, 370), (0.999, 3_690)])
def test_the_least_numbers_are_those_of_the_reference(quantile, least):
    assert MIN_SAMPLES[quantile] == least
    assert 1 - quantile**least >= 0.975 > 1 - quantile ** (least - 5)


def test_much_slower_is_slower_and_faster_is_not():
    assert verdicts(judge_latency(samples(400, 0.5))) == ["slower"] * 3
    assert set(verdicts(judge_latency(samples(400, -0.01)))) <= {"not slower", "not sure"}


def test_slower_by_less_than_the_margin_is_not_slower():
    assert judge_latency(samples(1_000, 0.02)).results[0].verdict == "not slower"


def test_without_a_margin_of_ones_own_it_is_told_and_not_judged():
    told, judged = judge_latency(samples(80)), judge_latency(samples(80), Margin(0.2, 0.1))
    assert (told.judged, told.margin) == (False, Margin())
    assert str(told) == "Latency is told, and not judged; 10 % or 50 ms, whichever is more, would be tolerated."
    assert (judged.judged, judged.to_record()["judged"]) == (True, True)
    assert str(judged) == "Latency is judged: slower by more than 20 % or 100 ms, whichever is more, fails."


def test_phases_stand_apart():
    found = judge_latency([*samples(80), Sample("s", "fan-out spread", 0.1, 0.2)], quantiles=(0.5,))
    assert [(result.phase, result.verdict) for result in found.results] == [
        ("steady", "not slower"),
        ("fan-out spread", "not enough data"),
    ]


def test_the_same_seed_gives_the_same_interval():
    assert judge_latency(samples(400), seed=3) == judge_latency(samples(400), seed=3)


def test_messages_of_one_session_count_as_one():
    """One slow session of 40 messages says little; 40 slow sessions of one message say much."""
    fast = [Sample(f"f{number}", "steady", 0.01, 0.01) for number in range(60)]
    one = [Sample("slow", "steady", 0.01, 1.0) for _ in range(40)]
    many = [Sample(f"slow{number}", "steady", 0.01, 1.0) for number in range(40)]
    assert judge_latency([*fast, *one], quantiles=(0.95,)).results[0].verdict == "not sure"
    assert judge_latency([*fast, *many], quantiles=(0.95,)).results[0].verdict == "slower"


@pytest.mark.parametrize(("quantile", "expected"), [(0.0, 1), (0.5, 5), (0.95, 10), (0.9, 9), (1.0, 10)])
def test_quantiles_are_values_that_were_seen(quantile, expected):
    assert quantile_of(range(1, 11), quantile) == expected


def test_two_equal_paths_are_called_slower_rarely():
    """40 runs without any margin: one quantile of an interval of 95 % may be outside on the wrong side in 2.5 %."""
    wrong = sum(
        judge_latency(samples(150, seed=seed, sessions=150), Margin(0, 0), quantiles=(0.5,)).results[0].verdict
        == "slower"
        for seed in range(40)
    )
    assert wrong <= 4
