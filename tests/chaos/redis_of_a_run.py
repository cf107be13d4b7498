"""Which Redis a run has."""

from __future__ import annotations

import random
from pathlib import Path

from tests.chaos.behind_sentinels import BehindSentinels
from tests.chaos.clocks import Clock
from tests.chaos.history import Recorder
from tests.chaos.in_cluster import InCluster
from tests.chaos.one_server import OneServer
from tests.chaos.redis_under_test import Keeps, RedisUnderTest, Servers


def redis_of(
    servers: Servers, keeps: Keeps, recorder: Recorder, folder: Path, clock: Clock, several_at: str
) -> RedisUnderTest:
    """The seed says how many replicas there are, and whether a Cluster goes on without one of its masters.
    `several_at`: the address of several servers. `clock`: of the one."""
    either = random.Random(recorder.history.rules.seed).random() < 0.5
    match servers:
        case "one":
            return OneServer(folder, keeps, clock)
        case "sentinel":
            return BehindSentinels(1 + either, keeps, recorder, several_at)
        case "cluster":
            return InCluster(keeps, several_at, goes_on=either)
