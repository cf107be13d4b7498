"""Throttles of one process, and of several together."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.limits import Throttle
from shim.gateway.throttling import TokenBucket
from shim.rates import LEASE_S, OwnRate, SharedRate, rate_of
from shim.streams import BrokerUnavailable, Streams

STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.0, 1 / 64, 0.25, 1.0, 2.0])), max_size=120)


class Common:
    """The bucket that nodes share, in this process; `now` is everybody's clock."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self.now = 0.0
        self.trips = 0
        self.away = False
        self._bucket = TokenBucket(throttle)

    def node(self) -> SharedRate:
        return SharedRate(self.throttle, self._take, self._take_blocking, clock=lambda: self.now)

    async def _take(self, most: int) -> tuple[int, float]:
        return self._take_blocking(most)

    def _take_blocking(self, most: int) -> tuple[int, float]:
        self.trips += 1
        if self.away:
            raise BrokerUnavailable("TimeoutError")
        taken = 0
        while taken < most and self._bucket.take(self.now):
            taken += 1
        return taken, 1 / self.throttle.rate_per_s


@given(STEPS, st.sampled_from([0.5, 4.0, 100.0]), st.integers(1, 20))
async def test_all_nodes_together_let_through_what_the_common_bucket_gives_and_what_a_lease_may_be_late(
    steps: list[tuple[int, float]], rate: float, burst: int
) -> None:
    common = Common(Throttle(rate, burst))
    nodes = [common.node() for _ in range(3)]
    taken = []
    for node, step in steps:
        common.now += step
        if await nodes[node].take():
            taken.append(common.now)

    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + rate * (taken[last] - taken[first] + LEASE_S) + 1e-6


async def test_a_busy_node_asks_for_few_of_its_messages() -> None:
    common = Common(Throttle(10_000, 5_000))
    node = common.node()
    for _ in range(5_000):
        common.now += 1 / 5_000
        assert await node.take()

    assert common.trips <= 15


async def test_a_quiet_node_leaves_the_tokens_to_others() -> None:
    common = Common(Throttle(10, 10))
    quiet, busy = common.node(), common.node()
    let_through = 0
    for turn in range(200):  # 20 seconds
        common.now += 0.1
        if turn % 20 == 0:
            await quiet.take()
        let_through += await busy.take()

    assert let_through >= 180


async def test_a_bucket_that_is_empty_is_not_asked_for_each_message() -> None:
    common = Common(Throttle(1, 2))
    node = common.node()
    answers = [await node.take() for _ in range(50)]

    assert answers == [True, True, *[False] * 48]
    assert common.trips <= 4
    common.now += 1.1
    assert await node.take()


async def test_who_waits_for_an_answer_at_the_same_time_shares_it() -> None:
    common = Common(Throttle(100, 100))
    node = common.node()
    for _ in range(8):
        assert await node.take()
    before = common.trips
    assert all(await asyncio.gather(*(node.take() for _ in range(40))))

    assert common.trips - before <= 8


async def test_while_the_common_bucket_is_away_a_node_goes_by_the_rate_alone() -> None:
    common = Common(Throttle(1, 3))
    common.away = True
    node = common.node()

    assert [await node.take() for _ in range(5)] == [True, True, True, False, False]
    assert [node.take_blocking() for _ in range(2)] == [False, False]


def test_worker_threads_take_from_the_same_tokens() -> None:
    common = Common(Throttle(1, 3))
    node = common.node()

    assert [node.take_blocking() for _ in range(4)] == [True, True, True, False]


async def test_a_process_that_serves_alone_asks_nobody() -> None:
    now = [0.0]
    rate = rate_of("connects", Throttle(1, 1), Streams(), lambda: now[0])

    assert isinstance(rate, OwnRate)
    assert (await rate.take(), await rate.take(), rate.take_blocking()) == (True, False, False)
    now[0] = 1.0
    assert rate.take_blocking()


def test_what_is_not_throttled_is_nobodys_business() -> None:
    class Shared(Streams):
        together: Any = object()

    assert isinstance(rate_of("pushes", Throttle(0, 0), Shared(), lambda: 0.0), OwnRate)
