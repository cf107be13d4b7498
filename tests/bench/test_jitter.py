"""What clients that come and go received is judged by what was sent, and measured whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.jitter import Got, judged
from tests.running import ROOT

SENT = [f"{row} {number}" for row in ("all", "own") for number in range(1, 6)]


@given(st.permutations(["all", "own"] * 5))
def test_rows_may_come_between_one_another(rows: list[str]) -> None:
    numbers = {"all": iter(range(1, 6)), "own": iter(range(1, 6))}
    assert judged(SENT, [f"{row} {next(numbers[row])}" for row in rows]) == Got(10, 10, 0, 0)


@given(st.lists(st.sampled_from(SENT), max_size=30))
def test_what_is_missing_or_repeated_is_counted(got: list[str]) -> None:
    found = judged(SENT, got)
    assert (found.sent, found.received) == (10, len(set(got)))
    assert found.received + found.repeated == len(got)


def test_what_comes_after_a_later_one_is_late() -> None:
    assert judged(["all 1", "all 2", "all 3"], ["all 3", "all 1", "all 2"]) == Got(3, 3, 0, 2)


def test_what_was_not_acknowledged_counts_as_nothing() -> None:
    assert judged(["all 1"], ["all 1", "all 2"]) == Got(1, 1, 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("redis-server"), reason="no Redis")
def test_clients_of_two_nodes_that_are_dropped_again_and_again_get_all_once_and_in_order() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.jitter", "--clients", "20", "--seconds", "8"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout)
    assert found["drops"] >= 20
    assert (found["received_percent"], found["repeated"], found["out_of_order"]) == (100, 0, 0)
