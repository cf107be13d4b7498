from __future__ import annotations

import pytest

from bench.profiles import python_summary
from bench.soak import Samples, judge
from bench.soak_client import Client, Tally

MIB = 1024 * 1024


def samples(memory: list[float], every_s: float = 2.0) -> Samples:
    count = len(memory)
    return Samples([every_s * i for i in range(count)], memory, [100.0] * count, [50.0] * count, [9.0] * count)


def steady(growth_mib: float) -> Samples:
    """100 MiB that grow by so much over the time that is looked at."""
    return samples([100 * MIB + growth_mib * MIB * i / 75 for i in range(100)])


@pytest.mark.parametrize("what", ["lost", "doubled", "out_of_order", "gaps", "failed"])
def test_one_of_anything_wrong_fails_the_soak(what):
    verdict = judge(steady(0), Tally(received=1000, **{what: 1}))
    assert not verdict.whole
    assert verdict.outcome == "FAIL"


def test_a_soak_in_which_nothing_came_is_not_passed():
    assert judge(steady(0), Tally()).outcome == "FAIL"


def test_memory_that_grows_slowly_and_steadily_is_not_flat():
    assert judge(steady(6), Tally(received=1)).flat["memory"] is False


def test_a_short_soak_does_not_say_that_memory_is_flat():
    verdict = judge(samples([100.0 * MIB] * 100, every_s=0.5), Tally(received=1))
    assert verdict.outcome == "INCONCLUSIVE"
    assert judge(samples([100.0 * MIB] * 100, every_s=0.5), Tally(received=1, lost=1)).outcome == "FAIL"


def test_memory_that_fills_up_in_the_beginning_and_stays_is_flat():
    memory = [60.0 * MIB + min(i, 20) * 2 * MIB for i in range(100)]
    assert judge(samples(memory), Tally(received=1)).outcome == "PASS"


def test_memory_that_goes_up_and_down_is_flat():
    assert judge(samples([100 * MIB + (i % 7) * MIB for i in range(100)]), Tally(received=1)).outcome == "PASS"


@pytest.mark.parametrize(
    ("numbers", "doubled", "out_of_order", "received"), [([1, 2, 3], 0, 0, 3), ([1, 1, 2], 1, 0, 2), ([1, 3], 0, 1, 1)]
)
async def test_a_client_knows_what_it_must_be_given(numbers, doubled, out_of_order, received):
    tally = Tally()
    client = Client(1, tally)
    for number in numbers:
        client._take("message", f'{{"n": {number}}}', f"e-{number}")
    assert (tally.doubled, tally.out_of_order, client.received) == (doubled, out_of_order, received)


def test_a_profile_counts_the_innermost_function():
    text = python_summary("main (a.py);work (a.py) 3\nmain (a.py) 1\nmain (a.py);work (a.py);deep (b.py) 6\n")
    lines = [line.split() for line in text.splitlines()[1:]]
    assert lines == [["60.00%", "deep", "(b.py)"], ["30.00%", "work", "(a.py)"], ["10.00%", "main", "(a.py)"]]
