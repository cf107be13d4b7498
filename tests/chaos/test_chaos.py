"""Some of the runs of `make chaos`, which makes two hundred; and that a broken product is noticed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.application import make_application
from tests.chaos.clients import Directory
from tests.chaos.clocks import Clock, build_clock
from tests.chaos.history import TOOK_OVER, Trouble
from tests.chaos.nodes import Zygote
from tests.chaos.redis_under_test import Keeps, Servers
from tests.chaos.rolling import Rolled, roll
from tests.chaos.run import Result, Size, run
from tests.chaos.sabotage import SABOTAGES
from tests.chaos.troubles import Planned
from tests.chaos.world import Ground
from tests.redis_server import redis_program

SHORT = Size(seconds=2.0, clients=10, pushers=3)
LONG = Size(seconds=4.0, clients=16)


class Runs:
    def __init__(self, folder: Path) -> None:
        redis_program()
        self._folder = folder
        self._clock = build_clock(folder)
        self._inventory = make_application(folder / "app")
        self._runner = asyncio.Runner(loop_factory=Directory)
        self._zygotes: dict[str | None, Zygote] = {}

    def roll(self, seed: int, *, clients: int) -> Rolled:
        async def rolled() -> Rolled:
            ground = await self._ground(None)
            return await roll(seed, self._folder / "run", ground, "nginx", clients=clients, between_s=3.0)

        return self._runner.run(rolled())

    def run(
        self,
        seed: int,
        size: Size,
        *,
        keeps: Keeps | None = None,
        servers: Servers = "one",
        nodes: int | None = None,
        plan: list[Planned] | None = None,
        sabotage: str | None = None,
    ) -> Result:
        async def ran() -> Result:
            ground = await self._ground(sabotage)
            return await run(
                seed, self._folder / "run", ground, size, keeps=keeps, servers=servers, nodes=nodes, plan=plan
            )

        return self._runner.run(ran())

    async def _ground(self, sabotage: str | None) -> Ground:
        if sabotage not in self._zygotes:
            self._zygotes[sabotage] = Zygote()
            await self._zygotes[sabotage].begin(Clock(self._folder / "clock", self._clock), sabotage)
        return Ground(self._zygotes[sabotage], self._inventory, self._clock)

    def close(self) -> None:
        for zygote in self._zygotes.values():
            self._runner.run(zygote.close())
        self._runner.close()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    found = Runs(tmp_path_factory.mktemp("chaos"))
    yield found
    found.close()


def all_is_well(result: Result) -> bool:
    assert result.verdict.violations == [], "\n".join(map(str, [*result.plan, *result.verdict.violations]))
    return result.verdict.counts["received"] > 0


def test_nodes_die_and_sleep_and_nothing_is_lost_repeated_or_told_twice(runs: Runs) -> None:
    plan = [Planned("kill_node", 0.3, 0.5, 0), Planned("stop_node", 0.5, 1.5, 1), Planned("storm", 1.2, 0, 0)]
    assert all_is_well(runs.run(1, SHORT, keeps="all", nodes=3, plan=plan))


@pytest.mark.slow
def test_cables_are_cut_and_redis_is_killed_and_keeps_what_it_had(runs: Runs) -> None:
    plan = [Planned("cut_back", 0.2, 0.8, 0), Planned("cut_front", 0.4, 1.2, 1), Planned("kill_redis", 1.1, 0.3, 0)]
    assert all_is_well(runs.run(2, SHORT, keeps="all", nodes=2, plan=plan))


@pytest.mark.slow
def test_a_replica_takes_over_from_a_master_that_is_killed_and_one_that_stands_still(runs: Runs) -> None:
    plan = [Planned("kill_redis", 0.5, 2.0, -1), Planned("stop_redis", 2.6, 2.0, -1), Planned("kill_node", 1.0, 0.5, 0)]
    result = runs.run(6, Size(seconds=4.0, clients=10), keeps="nothing", servers="sentinel", nodes=2, plan=plan)

    assert all_is_well(result)
    assert TOOK_OVER in {trouble.what for trouble in result.history.of(Trouble)}
    assert result.verdict.counts["gaps"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("keeps", ["all", "nothing"])
def test_masters_of_a_cluster_are_killed_and_stand_still_and_a_slot_moves(runs: Runs, keeps: Keeps) -> None:
    plan = [
        Planned("move_slot", 0.3, 0.0, -1, server=0),
        Planned("kill_redis", 0.6, 0.5, -1, server=1),
        Planned("stop_redis", 2.0, 1.5, -1, server=2),
        Planned("drop_subscriptions", 3.0, 0.0, -1, server=0),
    ]
    assert all_is_well(runs.run(7, LONG, keeps=keeps, servers="cluster", nodes=2, plan=plan))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
def test_whatever_breaks_what_was_acknowledged_comes_once_and_in_order(runs: Runs, seed: int) -> None:
    assert all_is_well(runs.run(seed, LONG, keeps="all"))


@pytest.mark.slow
def test_clients_that_are_away_for_two_seconds_again_and_again_miss_nothing(runs: Runs) -> None:
    plan = [Planned("no_way", 0.3 + 2.7 * n, 2.0, 0) for n in range(4)]
    window_s = 60.0  # on a busy machine a client may find no node in any gap, and our library then waits up to 30 s
    result = runs.run(3, Size(seconds=11.0, clients=20, window_s=window_s, stay=True), keeps="all", nodes=2, plan=plan)

    assert all_is_well(result)
    assert result.verdict.counts["over"] == result.verdict.counts["gaps"] == 0


@pytest.mark.slow
def test_nodes_are_replaced_one_after_the_other_behind_nginx_and_nobody_waits_long(runs: Runs) -> None:
    rolled = runs.roll(4, clients=40)

    assert all_is_well(rolled.result)
    assert len(rolled.pauses_s) >= 40  # each node had some of them, and some had to move twice
    assert rolled.pause_s(0.99) < 3.0


JITTER = [Planned("jitter", 0.2, 1.2, 0), Planned("jitter", 1.7, 0.8, 0)]
DEAF = [Planned("drop_subscriptions", 1.0, 0, 0)]
FORGOT = [Planned("save_redis", 0.2, 0, -1), Planned("no_way", 0.6, 1.0, 0), Planned("kill_redis", 1.3, 0.1, -1)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "kind", "plan", "keeps"),
    [
        ("push_that_is_not_written", "lost", JITTER, "all"),
        ("push_that_is_written_twice", "duplicated", JITTER, "all"),
        ("no_comparing", "lost", DEAF, "all"),
        ("trimmed_too_soon", "lost", JITTER, "all"),
        ("forgotten_cursor", "lost", JITTER, "all"),
        ("end_that_is_told_twice", "$disconnect twice", JITTER, "all"),
        ("gap_that_is_not_told", "lost", FORGOT, "old"),
    ],
)
def test_a_product_that_is_broken_is_noticed(
    runs: Runs, sabotage: str, kind: str, plan: list[Planned], keeps: Keeps
) -> None:
    assert sabotage in SABOTAGES
    result = runs.run(5, Size(seconds=3.0, clients=10), keeps=keeps, nodes=2, plan=plan, sabotage=sabotage)

    assert kind in {violation.kind for violation in result.verdict.violations}
