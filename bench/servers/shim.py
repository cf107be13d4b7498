"""The shim, every push signed as boto3 signs and verified."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench.processes import free_ports, running
from bench.servers.base import Server, Started, get_stream
from bench.signing import Signer

STAGE = "prod"
STATE_PATH = "/bench/state"
ACCESS_KEY = "AKIDBENCHEXAMPLE"
SECRET_KEY = "bench/secret/EXAMPLEKEY"


class Shim(Server):
    name = "shim"
    says = "the shim: every push signed and verified, replay kept, byte budgets on"
    tells_ids = True
    options: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._signers: dict[int, Signer] = {}

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "bench.servers.shim_server", "--port", str(port), *self.options]
        with running(command, core=core, ports=[port], log=folder / f"{self.name}.log") as process:
            yield Started(process.pid, port, port)

    def open_request(self, at: Started, connection_id: str) -> bytes:
        return get_stream(f"/{STAGE}", at.port)

    def push(self, at: Started, connection_id: str, body: bytes) -> bytes:
        return self._signer(at.push_port).post(f"/{STAGE}/@connections/{quote(connection_id, safe='')}", body)

    def broadcast(self, at: Started, body: bytes) -> bytes:
        return self._signer(at.push_port).post(f"/{STAGE}/@connections", body)

    def _signer(self, port: int) -> Signer:
        if port not in self._signers:
            self._signers[port] = Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)
        return self._signers[port]


class ShimUnverified(Shim):
    """To see what verifying costs: the same requests, whose signatures nobody looks at."""

    name = "shim-unverified"
    says = "the same, without verifying signatures"
    options = ("--unverified",)


class ShimPortable(Shim):
    """To see what the hot path gives: the same application on stock uvicorn."""

    name = "shim-portable"
    says = "the same application on stock uvicorn, as on any ASGI server"
    options = ("--portable",)
