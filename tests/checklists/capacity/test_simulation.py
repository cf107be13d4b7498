"""Nobody is lost in a simulation, a seed gives the same again, and what can be reckoned by hand comes out so."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checklists.capacity.demand import Demand
from checklists.capacity.flat import Cost, Flat
from checklists.capacity.simulation.outcome import Outcome, quantile
from checklists.capacity.simulation.run import EVENTS, REDIS_AWAY_S, Event, simulate
from checklists.capacity.simulation.site import STEP_S, Node, Site
from checklists.capacity.sizing import Shape, Size, size
from tests.checklists.capacity.stand import constants, demand

FLAT = Flat(constants())
WHOLE = Shape(vcpu=1, memory_gb=2)
MILLISECOND = Cost(node_cpu_s=0.001)


def site_of(*nodes: Node, each: Cost = MILLISECOND, connect: Cost = MILLISECOND, connects_s: float = 0) -> Site:
    return Site(list(nodes), vcpu=1, redis_cores=1, redis_busy=0, each=each, connect=connect, connects_s=connects_s)


def run(event: Event, load: Demand, *, seed: int = 1, fits: Size | None = None) -> Outcome:
    return simulate(FLAT, load, fits or size(FLAT, load, WHOLE), event, seed=seed)


@settings(deadline=None, max_examples=25)
@given(
    event=st.sampled_from(list(EVENTS)),
    connections=st.integers(1, 5_000),
    pushes=st.floats(0, 500),
    seed=st.integers(0, 2**32),
)
@example(event="reconnect-storm", connections=1954, pushes=398.515625, seed=0)
def test_whoever_leaves_comes_back_once(event: Event, connections: int, pushes: float, seed: int):
    found = run(event, demand(connections=connections, pushes_s=pushes, received_s=pushes), seed=seed)
    assert found.moments == () or found.moments[-1].away >= 0
    assert found.late == 0
    assert 0 <= found.pause_median_s <= found.pause_p99_s <= found.pause_most_s <= found.seconds + STEP_S
    assert found.node_busy <= 1
    assert found.redis_busy <= 1
    if event == "reconnect-storm":
        assert found.moved == connections


def test_a_seed_gives_the_same_again_and_another_one_nearly_the_same():
    load = demand(connections=500, pushes_s=5, received_s=5)
    first, again, other = (run("reconnect-storm", load, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert other.moments != first.moments
    assert other.pause_p99_s == pytest.approx(first.pause_p99_s, rel=0.1)


def test_a_small_service_has_its_clients_back_as_soon_as_they_come():
    found = run("reconnect-storm", demand(connections=100, pushes_s=1, received_s=1))
    assert found.pause_most_s <= 1.5 + 0.2
    assert found.pause_median_s == pytest.approx(1.25, abs=0.1)


def test_a_storm_takes_as_long_as_the_free_part_of_all_cores():
    load = demand(connections=20_000, pushes_s=0, received_s=0, life_minutes=525_600)
    fits = size(FLAT, load, WHOLE)
    assert fits.nodes.nodes == 2
    found = run("reconnect-storm", load, fits=fits)
    free = 2 * (1 - fits.nodes.core_busy)
    assert found.pause_most_s == pytest.approx(1 + 20_000 * 0.001 / free, rel=0.05)
    assert found.node_busy == pytest.approx(1, abs=0.05)


def test_the_clients_of_a_lost_node_go_to_the_others():
    load = demand(connections=30_000)
    fits = size(FLAT, load, WHOLE)
    found = run("node-loss", load, fits=fits)
    assert found.moved == pytest.approx(30_000 / fits.nodes.nodes, abs=1)


def test_while_redis_is_away_nobody_begins_and_pushes_are_refused():
    load = demand(connections=100_000, pushes_s=50, fan_out=4)
    found = run("redis-failover", load)
    assert found.refused == 50 * 4 * REDIS_AWAY_S
    assert found.moved == pytest.approx(load.opened_s * REDIS_AWAY_S, abs=2)
    assert found.pause_most_s >= REDIS_AWAY_S
    assert run("redis-failover", load.model_copy(update={"pushed": "broadcast"})).refused == 50 * REDIS_AWAY_S
    assert all(one.redis_busy == 0 for one in found.moments if one.second < REDIS_AWAY_S - STEP_S)


def test_a_rolling_restart_moves_every_client_once_at_least_and_some_again():
    load = demand(connections=9_000, pushes_s=50)
    found = run("rolling-restart", load)
    assert 9_000 <= found.moved < 2 * 9_000
    assert found.pause_p99_s < 10


def test_who_comes_back_too_late_is_counted():
    load = demand(connections=60_000, pushes_s=0, received_s=0)
    small = size(FLAT, demand(connections=100, pushes_s=0, received_s=0), Shape(vcpu=0.25, memory_gb=0.5))
    found = run("reconnect-storm", load, fits=small)
    assert found.answered_most_s > 60
    assert found.late == 60_000, "all were served together"
    assert found.pause_most_s > found.answered_most_s + 60_000 / 500 - 5, "as fast as limits.connects allows"
    assert "60,000 too late to resume, so they connected anew" in found.words


def test_who_is_not_back_after_an_hour_is_not_said_to_be():
    """Handlers of $connect take a minute of a core."""
    small = size(FLAT, demand(connections=100, pushes_s=0, received_s=0), Shape(vcpu=0.25, memory_gb=0.5))
    load = demand(connections=60_000, pushes_s=0, received_s=0, handler_cpu_s=60)
    found = run("reconnect-storm", load, fits=small)
    assert found.late == 60_000
    assert 59_900 < found.not_back < 60_000
    assert f"{found.not_back:,} not back after an hour" in found.words


def connecting(count: int, connects_s: float, connect: Cost) -> Site:
    site = site_of(Node(0.0), Node(0.0), connect=connect, connects_s=connects_s)
    site.begin_anew(0, count)
    return site


@pytest.mark.parametrize(
    ("connects_s", "connect", "seconds"),
    [
        (100, Cost(node_cpu_s=0.001), 100),  # the burst of 500, and 10,000 more
        (100_000, Cost(node_cpu_s=0.02), 105),  # of two cores
        (100_000, Cost(node_cpu_s=0.001, redis_cpu_s=0.01), 105),  # of one Redis
    ],
    ids=["limits.connects", "nodes", "Redis"],
)
def test_who_connects_anew_is_let_in_as_fast_as_three_things_allow(connects_s: float, connect: Cost, seconds: float):
    site, now, served = connecting(10_500, connects_s, connect), 0, 0
    while site.waiting:
        turn = site.turn(now)
        served += turn.served
        assert turn.redis_busy <= 1
        now += 1
    assert now * STEP_S == pytest.approx(seconds, rel=0.01)
    assert served == site.pauses.total() == sum(node.streams for node in site.nodes) == 10_500
    assert site.connecting == 0


def test_while_redis_is_away_nobody_is_let_in():
    site = connecting(10, 500, Cost(node_cpu_s=0.001))
    site.redis_is_there = False
    assert site.turn(0).served == 0
    site.redis_is_there = True
    assert site.turn(1).served == 10


def test_those_who_wanted_to_begin_while_redis_was_away_begin_as_fast_as_limits_connects_allows():
    load = demand(connections=1_000_000, pushes_s=1, received_s=1)
    found = run("redis-failover", load)
    waited = load.opened_s * REDIS_AWAY_S
    assert found.seconds == pytest.approx(REDIS_AWAY_S + (waited - 500) / (500 - load.opened_s), abs=2)
    assert found.late == 0


def test_a_busy_redis_holds_up_nodes_that_are_idle():
    def last(redis_us: float) -> float:
        each = Cost(node_cpu_s=0.001, redis_cpu_s=redis_us / 1e6)
        site = site_of(Node(0.0), Node(0.0), each=each)
        site.arrive(0, 2000, Random(1))
        now = 0
        while site.waiting:
            site.turn(now)
            now += 1
        return now * STEP_S

    assert last(100) == pytest.approx(1.0, rel=0.1)
    assert last(1000) == pytest.approx(2.0, rel=0.1)


def test_nobody_waits_for_a_node_that_is_down():
    down = Node(0.0, up=False)
    site = site_of(down, Node(0.0))
    site.arrive(0, 100, Random(1))
    assert not down.queue
    assert site.nodes[1].waiting == 100


def test_who_comes_together_is_served_together_and_who_comes_later_waits_with_them():
    """1,000 take a second; after half of it 1,000 more come: the first then have half of the node."""
    site = site_of(Node(0.0))
    site.arrive(0, 1000, Random(1))
    now = 0
    while site.waiting:
        if now == round(0.5 / STEP_S):
            site.arrive(now, 1000, Random(1))
        site.turn(now)
        now += 1
    assert site.pauses.total() == 2000
    assert [steps * STEP_S for steps in site.pauses] == pytest.approx([1.5] * len(site.pauses), abs=0.15)


def test_quantiles_of_nothing_are_nothing():
    site = site_of(Node(0.0))
    assert quantile(site.pauses, 0.5) == 0
    site.pauses.update({10: 99, 100: 1})
    steps = [quantile(site.pauses, share) / STEP_S for share in (0.5, 0.99, 1)]
    assert steps == pytest.approx([10, 10, 100])
