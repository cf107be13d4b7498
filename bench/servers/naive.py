"""naive_app.py on uvicorn with uvloop and httptools."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, get_stream, post


class Naive(Server):
    name = "naive"
    says = "FastAPI, sse-starlette and a queue for each connection, on uvicorn"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "uvicorn", "bench.servers.naive_app:app", "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        command += ["--backlog", "4096"]
        with running(command, core=core, ports=[port], log=folder / "naive.log") as process:
            yield Started(process.pid, port, port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        return get_stream(f"/events/{connection_id}", at.port)

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return post(f"/connections/{connection_id}", at.push_port, body)

    def broadcast(self, at: Started, body: bytes) -> bytes:
        return post("/connections", at.push_port, body)
