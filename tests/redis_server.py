"""A Redis server of its own for tests: in memory, on a Unix socket, ended by the test that started it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


def redis_program() -> str:
    """Ends the test when there is none."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed: scripts/find-redis --install")
        pytest.skip("redis-server is not installed: scripts/find-redis --install")
    return program


class RedisServer:
    """`url` is the same after a restart, which begins with nothing."""

    def __init__(self) -> None:
        self._program = redis_program()
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))  # short, since the path of a socket has 108 bytes
        self._socket = self._folder / "s"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._program, *words, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        ends = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < ends, "redis-server did not come up"
            time.sleep(0.01)

    def stop(self) -> None:
        """Without saving anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
