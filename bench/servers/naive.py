"""naive_app.py, and naive_redis_app.py, on uvicorn with uvloop and httptools."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, get_stream, post
from bench.servers.redis_server import missing, redis_server


class Naive(Server):
    name = "naive"
    says = "FastAPI, sse-starlette and a queue for each connection, on uvicorn"

    app = "bench.servers.naive_app:app"
    env: Mapping[str, str] = {}

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "uvicorn", self.app, "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        command += ["--backlog", "4096"]
        log = folder / f"{self.name}.log"
        with running(command, core=core, ports=[port], log=log, env=self.env) as process:
            yield Started(process.pid, port, port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        return get_stream(f"/events/{connection_id}", at.port)

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return post(f"/connections/{connection_id}", at.push_port, body)

    def broadcast(self, at: Started, body: bytes) -> bytes:
        return post("/connections", at.push_port, body)


class NaiveRedis(Naive):
    name = "naive-redis"
    says = "FastAPI and sse-starlette with a subscription to Redis for each connection, as tutorials have it"
    app = "bench.servers.naive_redis_app:app"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        with redis_server(core) as redis:
            self.env = {"NAIVE_REDIS_URL": redis.url}
            with super().start(core, folder) as started:
                yield replace(started, redis_pid=redis.pid)

    def missing(self) -> str | None:
        return missing()
