"""Several nodes on one machine, tried as the page says: nodes are killed, and a client misses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.docs.typed import Page, data_with, free_port, line_with, wait_until_it_answers
from tests.redis_server import RedisServer

PAGE = "docs/how-to/serve-from-several-nodes.md"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.mark.slow
def test_a_client_of_nodes_that_are_killed_goes_on_at_their_successors(redis: RedisServer, tmp_path: Path) -> None:
    port, aws = free_port(), free_port()
    other = {
        "redis://127.0.0.1:6379/0": redis.url,
        "build/inventory.json": str(tmp_path / "inventory.json"),
        "5055": str(aws),
        ":8000": f":{port}",
        "--port 8000": f"--port {port}",
    }
    page, read_me = Page(PAGE, other), Page("README.md", other)
    with page.running("aws") as started:
        line_with(started, str(aws))
        with page.running("nodes") as nodes:
            wait_until_it_answers(port)
            with read_me.running("stream") as stream:
                last = line_with(stream, "", "id: ").strip()
                session = str(data_with(stream, "session")["session"])
                for node in Path(f"/proc/{nodes.pid}/task/{nodes.pid}/children").read_text().split():
                    os.kill(int(node), signal.SIGKILL)
                stream.wait(timeout=30)
            wait_until_it_answers(port)
            ping = {"content": '{"type": "ping", "echo": 7}', "headers": {"Stream-Session": session}}
            assert httpx.post(f"http://127.0.0.1:{port}/dev", **ping).status_code == 202
            with page.running("resume", {"SESSION": session, "LAST": last}) as stream:
                assert data_with(stream, "pong")["echo"] == 7
