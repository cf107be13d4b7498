"""`ws2sse shim` twice over one Redis: clients choose their node, nodes die, sleep and come back, and Redis does too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.one_function import AWS
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer
from tests.running import ROOT, WS2SSE, environment
from tests.walk.several_nodes import Client, cluster

SHORT_LEASE: Final[dict[str, Any]] = {"redis__lease_s": 1, "redis__timeout_s": 0.5}


def test_whatever_node_is_asked_the_client_hears_it(tmp_path: Path, redis: RedisServer) -> None:
    with cluster(tmp_path, redis.url) as found, Client(found.nodes[0]) as client, Client(found.nodes[1]) as other:
        here, there = found.nodes

        assert there.push(client.id, "pushed").status_code == 200
        assert client.texts(1) == ["pushed"]
        assert client.say(there, '{"action": "x"}') == 202  # the handler runs there, and pushes from there
        assert client.texts(1) == ['you said {"action": "x"}']
        assert here.broadcast("to all") == 2
        assert (client.texts(1), other.texts(1)) == (["to all"], ["to all"])
        shown = here.push("nobodyAtAll=", "x")
        assert shown.status_code == 410
        assert {line["pid"] for line in found.happened("$default")} == {there.process.pid}
        assert len(found.happened("$connect")) == 2


@pytest.mark.slow
def test_a_node_with_another_number_of_partitions_does_not_start(tmp_path: Path, redis: RedisServer) -> None:
    with cluster(tmp_path, redis.url, 1):
        command = [*WS2SSE, "shim", str(tmp_path), "--port", "0", "--aws", "configured"]
        command += ["--set", "redis.prefix=walk", "--set", "redis.partitions=4"]
        other = environment(SHIM_REDIS__URL=redis.url, **AWS)
        ended = subprocess.run(command, cwd=ROOT, env=other, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 2
    assert "redis.partitions is 4 here, and 1 at nodes that run with the same redis.prefix" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_when_a_node_is_killed_its_client_goes_on_at_another_and_misses_nothing(
    tmp_path: Path, redis: RedisServer
) -> None:
    with cluster(tmp_path, redis.url) as found, Client(found.nodes[0]) as client:
        here, there = found.nodes
        for n in range(5):
            there.push(client.id, str(n))
        client.texts(3)
        os.kill(here.process.pid, signal.SIGKILL)
        here.process.wait()
        for n in range(5, 8):
            assert there.push(client.id, str(n)).status_code == 200
        client.resume(there)

        assert client.texts(5) == ["3", "4", "5", "6", "7"]
        assert found.happened("$disconnect") == []
        assert len(found.happened("$connect")) == 1


@pytest.mark.slow
def test_when_a_node_is_killed_that_was_at_a_message_the_retry_is_handled_by_another(
    tmp_path: Path, redis: RedisServer
) -> None:
    with cluster(tmp_path, redis.url, redis__lease_s=3) as found, Client(found.nodes[0]) as client:
        here, there = found.nodes
        retried = {"Stream-Session": client.session, "Idempotency-Key": "k"}
        with suppress(httpx.ReadTimeout):
            httpx.post(here.http, content="hold", headers={**retried, "Prefer": "wait"}, timeout=0.5)
        found.eventually_happened("$default")
        os.kill(here.process.pid, signal.SIGKILL)
        here.process.wait()
        answers = [httpx.post(there.http, content="hold", headers=retried, timeout=20)]
        found.let_go()
        ends = time.monotonic() + 30
        while answers[-1].status_code == 409 and time.monotonic() < ends:
            time.sleep(0.2)
            answers.append(httpx.post(there.http, content="hold", headers=retried, timeout=20))
        client.resume(there)

        assert answers[0].status_code == 409
        assert 1 <= int(answers[0].headers["retry-after"]) <= 3
        assert answers[-1].status_code == 202
        assert client.texts(1) == ["you said hold"]
        assert [line["pid"] for line in found.happened("$default")] == [here.process.pid, there.process.pid]


@pytest.mark.slow
def test_when_its_client_does_not_come_back_disconnect_runs_once(tmp_path: Path, redis: RedisServer) -> None:
    settings = {**SHORT_LEASE, "streams__resume_window_s": 1, "streams__drain_spread_ms": 100}
    with cluster(tmp_path, redis.url, 3, **settings) as found, Client(found.nodes[0]) as client:
        os.kill(found.nodes[0].process.pid, signal.SIGKILL)
        found.nodes[0].process.wait()
        found.eventually_happened("$disconnect")
        time.sleep(1.5)  # for another one that must not come

        (told,) = found.happened("$disconnect")
        assert (told["connectionId"], told["disconnectStatusCode"]) == (client.id, 1006)
        assert told["pid"] in {node.process.pid for node in found.nodes[1:]}
        assert found.nodes[1].push(client.id, "x").status_code == 410


@pytest.mark.slow
def test_a_node_that_slept_past_its_lease_does_nothing_twice(tmp_path: Path, redis: RedisServer) -> None:
    settings = {**SHORT_LEASE, "streams__resume_window_s": 20}
    with cluster(tmp_path, redis.url, **settings) as found, Client(found.nodes[0]) as client:
        asleep, awake = found.nodes
        awake.push(client.id, "before")
        assert client.texts(1) == ["before"]
        os.kill(asleep.process.pid, signal.SIGSTOP)
        try:
            time.sleep(2.5)  # its lease is over, and the other has noticed
            client.resume(awake)
            awake.push(client.id, "meanwhile")
            assert client.texts(1) == ["meanwhile"]
        finally:
            os.kill(asleep.process.pid, signal.SIGCONT)
        time.sleep(1.5)
        assert asleep.push(client.id, "by the one that woke up").status_code == 200
        assert client.texts(1) == ["by the one that woke up"]
        assert found.happened("$disconnect") == []
        client.leave()
        asleep.process.terminate()
        asleep.process.wait(20)
        client.resume(awake)
        awake.push(client.id, "still here")
        assert client.texts(1) == ["still here"]
        assert len(found.happened("$connect")) == 1


@pytest.mark.slow
def test_a_redis_that_comes_back_empty_is_told_as_a_gap(tmp_path: Path, redis: RedisServer) -> None:
    with cluster(tmp_path, redis.url) as found, Client(found.nodes[0]) as client:
        found.nodes[1].push(client.id, "before")
        assert client.texts(1) == ["before"]
        redis.stop()
        redis.start()
        gap = json.loads(client.event("gap").data)
        assert found.nodes[1].push(client.id, "after").status_code == 200

        assert client.texts(1) == ["after"]
        assert gap == {"from": 2, "to": 1}  # what it was is not known any more
        client.resume(found.nodes[1])
        found.nodes[0].push(client.id, "resumed")
        assert client.texts(1) == ["resumed"]
        assert client.say(found.nodes[1], "x") == 202
        assert client.texts(1) == ["you said x"]


@pytest.mark.slow
def test_while_redis_is_away_pushes_are_503_and_streams_are_held(tmp_path: Path, redis: RedisServer) -> None:
    settings = {"redis__timeout_s": 0.5, "redis__lease_s": 30}
    with cluster(tmp_path, redis.url, 1, **settings) as found, Client(found.nodes[0]) as client:
        (node,) = found.nodes
        redis.pause()
        try:
            refused = node.push(client.id, "refused")
            spoken = client.say(node, "x")
        finally:
            redis.go_on()
        assert refused.status_code == 503
        assert 1 <= int(refused.headers["Retry-After"]) <= 3
        assert refused.headers["x-amzn-ErrorType"] == "ServiceUnavailableException"
        assert spoken == 503
        assert node.push(client.id, "taken").status_code in {200, 503}
        assert node.push(client.id, "taken").status_code == 200
        while client.texts(1) != ["taken"]:
            pass  # a push that was refused may have been taken: its sender can't know


@pytest.fixture
def redis_cluster() -> Iterator[RedisCluster]:
    servers = RedisCluster()
    yield servers
    servers.close()


@pytest.mark.slow
def test_over_a_cluster_a_client_hears_all_nodes_and_goes_on_at_another(
    tmp_path: Path, redis_cluster: RedisCluster
) -> None:
    settings = {**SHORT_LEASE, "streams__resume_window_s": 1, "streams__drain_spread_ms": 100}
    with (
        cluster(tmp_path, redis_cluster.url, **settings) as found,
        Client(found.nodes[0]) as client,
        Client(found.nodes[1]) as other,
    ):
        here, there = found.nodes
        assert there.push(client.id, "pushed").status_code == 200
        assert client.texts(1) == ["pushed"]
        assert client.say(there, "x") == 202
        assert client.texts(1) == ["you said x"]
        assert here.broadcast("to all") == 2
        assert (client.texts(1), other.texts(1)) == (["to all"], ["to all"])
        os.kill(here.process.pid, signal.SIGKILL)
        here.process.wait()
        assert there.push(client.id, "meanwhile").status_code == 200
        client.resume(there)
        assert client.texts(1) == ["meanwhile"]
        client.leave()

        (told,) = found.eventually_happened("$disconnect")
        assert (told["connectionId"], told["disconnectStatusCode"]) == (client.id, 1006)
