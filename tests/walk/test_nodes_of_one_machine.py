"""`ws2sse shim --nodes 2`: two nodes at one port over one Redis, and a parent that keeps them."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from subprocess import Popen

import httpx
import pytest

from migrator.commands.shim_nodes import FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_S, pause_after
from tests.one_function import AWS, write_application
from tests.redis_server import RedisServer
from tests.running import ROOT, WS2SSE, environment, invoke, process, ws2sse
from tests.walk.several_nodes import HANDLER, Client, Node


@pytest.fixture
def app(tmp_path: Path) -> Path:
    write_application(tmp_path, HANDLER)
    return tmp_path


def children(parent: Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()]


def until_served_by(count: int, parent: Popen[str], http: str) -> list[int]:
    """Process ids of the nodes, once there are so many and one answers."""
    ends = time.monotonic() + 30
    while True:
        found = children(parent)
        try:
            if len(found) == count and httpx.get(f"{http}/readyz", timeout=5).status_code == 200:
                return found
        except httpx.HTTPError:
            pass
        assert time.monotonic() < ends, found
        time.sleep(0.05)


@pytest.mark.slow
def test_two_nodes_serve_one_port_and_one_that_dies_is_started_again(app: Path, redis: RedisServer) -> None:
    command = [*WS2SSE, "shim", str(app), "--port", "0", "--nodes", "2", "--format", "json", "--aws", "configured"]
    command += ["--set", "management.verify=false"]
    own = environment(SHIM_REDIS__URL=redis.url, SHIM_LOGS__LEVEL="error", **AWS)
    with process(command, ROOT, own) as parent:
        assert parent.stdout is not None
        told = json.loads(parent.stdout.readline())
        node = Node(parent, told["stream"])
        first = until_served_by(2, parent, told["base"])
        clients = [Client(node) for _ in range(6)]
        assert node.broadcast("to all") == 6
        assert [client.texts(1) for client in clients] == [["to all"]] * 6

        os.kill(first[0], signal.SIGKILL)
        second = until_served_by(2, parent, told["base"])
        assert first[1] in second
        for client in clients:
            client.resume(node)
            assert client.say(node, "{}") == 202
            assert client.texts(1) == ["you said {}"]
            client.leave()

        parent.send_signal(signal.SIGTERM)
        assert parent.wait(30) == 0
    assert [pid for pid in (*first, *second) if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.slow
def test_nodes_end_with_a_parent_that_was_killed(app: Path, redis: RedisServer) -> None:
    command = [*WS2SSE, "shim", str(app), "--port", "0", "--nodes", "2", "--format", "json", "--aws", "configured"]
    with process(command, ROOT, environment(SHIM_REDIS__URL=redis.url, **AWS)) as parent:
        assert parent.stdout is not None
        told = json.loads(parent.stdout.readline())
        nodes = until_served_by(2, parent, told["base"])
        parent.kill()
        ends = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in nodes):
            assert time.monotonic() < ends
            time.sleep(0.05)


def test_a_node_that_cannot_start_ends_all_and_says_why(app: Path, redis: RedisServer) -> None:
    (app / "app.py").write_text("raise RuntimeError('broken')")
    told = ws2sse(
        *("shim", app, "--port", "0", "--nodes", "2", "--aws", "configured"),
        env=environment(SHIM_REDIS__URL=redis.url, **AWS),
    )
    assert told.returncode == 2
    assert "app.py defines no handler" in told.stderr


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "set redis.url, such as SHIM_REDIS__URL=redis://127.0.0.1:6379/0."),
        (
            {"SHIM_REDIS__URL": "redis://127.0.0.1:1/0"},
            "share AWS_ENDPOINT_URL (docs/how-to/serve-from-several-nodes.md).",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    app: Path, more: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    told = invoke("shim", app, "--nodes", "3", "--aws", "moto")
    assert told.returncode == 2
    assert told.stderr.rstrip().endswith(why)
    assert "listen.nodes is 3" in told.stderr


def test_a_node_that_dies_again_and_again_waits_longer_each_time() -> None:
    pauses = [0.0]
    for _ in range(12):
        pauses.append(pause_after(1.0, pauses[-1]))
    assert pauses[1:4] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE_S
    assert pause_after(STEADY_S, LONGEST_PAUSE_S) == FIRST_PAUSE_S
