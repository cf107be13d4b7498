"""TLS to Redis: the server's certificate is verified, and the node's own is shown."""

from __future__ import annotations

import asyncio
import gc
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
import uvloop

from shim.streams import BrokerUnavailable
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.streams import RedisStreams
from tests.redis_cluster import free_port
from tests.redis_server import redis_program
from tests.shim.streams.promising import opened, take
from tests.shim.streams.redis_world import at_last


@dataclass
class TlsServer:
    options: RedisOptions
    port: int


def certificate(folder: Path, name: str, host: str, *more: str) -> None:
    words = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem"), *more]
    asked = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN={name} -addext subjectAltName=DNS:{host}"
    subprocess.run([*asked.split(), *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    """Which wants a certificate of its clients."""
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "authority", "authority")
    signed = ["-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key")]
    certificate(folder, "server", "localhost", *signed)
    certificate(folder, "node", "node", *signed)
    port = free_port()
    words = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    words += ["--tls-cert-file", f"{folder}/server.pem", "--tls-key-file", f"{folder}/server.key"]
    words += ["--tls-ca-cert-file", f"{folder}/authority.pem"]
    process = subprocess.Popen([redis_program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    options = RedisOptions(
        f"rediss://localhost:{port}",
        ca_file=folder / "authority.pem",
        certificate_file=folder / "node.pem",
        key_file=folder / "node.key",
    )
    yield TlsServer(options, port)
    process.kill()
    process.wait()


async def open_one(options: RedisOptions) -> None:
    """Raises BrokerUnavailable. asyncio closes the socket of a handshake that failed some turns later, and warns."""
    node = RedisStreams(options)
    try:
        await node.awaiting.open()
    finally:
        await node.aclose()
        gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_nodes_and_threads_speak_tls_and_show_their_certificate(server: TlsServer) -> None:
    await at_last(partial(open_one, server.options))
    node = RedisStreams(server.options)
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        await node.awaiting.send(connection, "1")
        await asyncio.to_thread(node.send, connection, "2")
        assert await take(stream, 2) == ["1", "2"]
    await node.aclose()


def test_a_node_speaks_tls_on_the_loop_that_serves(server: TlsServer) -> None:
    """uvloop has a TLS of its own, whose transport answers are read from."""

    async def go() -> None:
        await at_last(partial(open_one, server.options))
        node = RedisStreams(server.options)
        connection = await opened(node)
        async with await node.awaiting.subscribe(connection) as stream:
            await node.awaiting.send(connection, "x" * 100_000)
            assert await take(stream, 1) == ["x" * 100_000]
            (member,) = await node.members()
            await member.batches._drop()
            assert await node.awaiting.send(connection, "2") == 2
        await node.aclose()

    uvloop.run(go())


@pytest.mark.parametrize(
    "other",
    [
        {"ca_file": None},  # the authority is not one of the system's
        {"certificate_file": None, "key_file": None},
        {"url": "rediss://127.0.0.1:{port}"},  # which the certificate does not name
        {"url": "redis://localhost:{port}", "ca_file": None, "certificate_file": None, "key_file": None},
    ],
    ids=["authority", "own certificate", "name", "no TLS"],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_whoever_cannot_be_verified_is_not_spoken_to(server: TlsServer, other: dict[str, str | None]) -> None:
    await at_last(partial(open_one, server.options))
    meant = {name: value and value.format(port=server.port) for name, value in other.items()}

    with pytest.raises(BrokerUnavailable):
        await open_one(replace(server.options, **meant))  # type: ignore[arg-type]
