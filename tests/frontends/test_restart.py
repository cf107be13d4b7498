"""The shim ends behind a front end, and another takes its place: clients are told, and come back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosed

from tests.frontends.conftest import Behind
from tests.frontends.front_ends import FrontEnd, Name
from tests.hostile.serving import eventually, serving
from tests.running import ROOT, environment, process
from tests.shim.sse_client import STREAM, open_stream


@contextmanager
def shim_process(port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "tests.frontends.shim_process", str(port)]
    with process(command, ROOT, environment()) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert line, running.communicate()[1]
        yield running, int(line)


def test_clients_are_told_to_go_and_find_the_next_one(behind: Behind, name: Name) -> None:
    with shim_process() as (first, port):
        front = behind(port, {"inter 2s": "inter 100ms"} if name == "haproxy" else {})
        eventually(lambda: _ready(front) == 200)
        with open_stream(front.address) as stream, websockets.sync.client.connect(front.websocket) as socket:
            first.send_signal(signal.SIGTERM)
            events = stream.rest()
            assert [event.type for event in events] == ["close"]
            assert json.loads(events[0].data) == {"code": 1001, "reason": "Going away"}
            with pytest.raises(ConnectionClosed):
                socket.recv(30)
            assert socket.close_code in {1001, 1012}
        assert first.wait(10) == -signal.SIGTERM
        assert _ready(front) in {502, 503}

        with shim_process(port):
            eventually(lambda: _ready(front) == 200)
            old = httpx.get(front.address, headers={**STREAM, "Stream-Session": stream.session})
            assert old.status_code == 204
            with open_stream(front.address) as stream:
                assert stream.send("back").status_code == 202
                assert stream.next().data == "back"
            with websockets.sync.client.connect(front.websocket) as socket:
                socket.send("back")
                assert socket.recv(30) == "back"


def test_a_websocket_is_told_the_same_as_a_stream() -> None:
    with ExitStack() as ending:
        shim = ending.enter_context(serving())
        with websockets.sync.client.connect(shim.websocket) as socket:
            ending.close()
            with pytest.raises(ConnectionClosed):
                socket.recv(30)
            assert (socket.close_code, socket.close_reason) == (1001, "Going away")


def _ready(front: FrontEnd) -> int:
    return httpx.get(f"http://127.0.0.1:{front.port}/readyz").status_code
