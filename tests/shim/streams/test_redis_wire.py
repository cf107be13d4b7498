"""A connection to Redis whose answers are handed out as they come."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvloop
from redis.asyncio.connection import AbstractConnection, Connection, DefaultParser, UnixDomainSocketConnection
from redis.exceptions import BusyLoadingError, InvalidResponse, MovedError, NoScriptError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from shim.streams.redis.steps import packed
from shim.streams.redis.wire import Wire, asked
from tests.redis_server import RedisServer

PING = packed(("PING",))


@asynccontextmanager
async def wire_over(connection: AbstractConnection) -> AsyncIterator[Wire]:
    await connection.connect()
    wire = Wire(connection)
    try:
        yield wire
    finally:
        await wire.close()


@asynccontextmanager
async def answered_with(*pieces: bytes) -> AsyncIterator[Wire]:
    """A wire to a server that sends these, each by itself, once it was asked anything; then it ends."""

    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read(1)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.002)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with wire_over(Connection(port=port, protocol=2, driver_info=None)) as wire:
            yield wire
        await ended.wait()


async def answers(wire: Wire, count: int) -> list[Any]:
    found: list[Any] = []
    await wire.ask(PING, count, found.append)
    return found


async def test_answers_come_in_their_order_however_they_are_cut() -> None:
    whole = b"+OK\r\n:7\r\n$-1\r\n*2\r\n$3\r\na\r\n\r\n:1\r\n"
    for size in (1, 3, len(whole)):
        async with answered_with(*(whole[at : at + size] for at in range(0, len(whole), size))) as wire:
            assert await answers(wire, 4) == [b"OK", 7, None, [b"a\r\n", 1]]


async def test_what_came_before_the_connection_ended_was_answered() -> None:
    found: list[Any] = []
    async with answered_with(b":1\r\n:2\r\n:") as wire:
        with pytest.raises(RedisConnectionError, match=r"^Connection closed by server\.$"):
            await wire.ask(PING, 3, found.append)

        assert found == [1, 2]
        assert not wire.is_open
        with pytest.raises(RedisConnectionError):
            await wire.ask(PING, 1, found.append)


async def test_an_error_is_an_answer_of_the_class_that_the_redis_package_has_for_it() -> None:
    async with answered_with(b"-NOSCRIPT none\r\n-MOVED 7 127.0.0.1:1\r\n-ERR other\r\n") as wire:
        assert [type(one) for one in await answers(wire, 3)] == [NoScriptError, MovedError, ResponseError]


async def test_a_server_that_is_still_loading_gives_no_answer() -> None:
    async with answered_with(b"-LOADING Redis is loading the dataset in memory\r\n") as wire:
        with pytest.raises(BusyLoadingError):
            await answers(wire, 1)


@pytest.mark.parametrize("said", [b":1\r\n:2\r\n", b"HTTP/1.1 400 Bad Request\r\n"])
async def test_what_is_no_answer_ends_the_connection(said: bytes) -> None:
    async with answered_with(said, b":3\r\n") as wire:
        with pytest.raises(InvalidResponse):
            await answers(wire, 1)
        with pytest.raises(InvalidResponse):
            await answers(wire, 1)
        assert not wire.is_open


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_over_a_server_of_its_own(redis_server: RedisServer, run: Callable[[Any], None]) -> None:
    async def go() -> None:
        async with wire_over(UnixDomainSocketConnection(path=redis_server.url.removeprefix("unix://"))) as wire:
            assert await asked(wire) == []
            assert await asked(wire, ("ECHO", "x" * 1_000_000), ("PING",)) == [b"x" * 1_000_000, b"PONG"]
            with pytest.raises(ResponseError, match="unknown command"):
                await asked(wire, ("NONE",), ("PING",))
            assert await asked(wire, ("PING",)) == [b"PONG"]
        assert not wire.is_open

    run(go())


def test_the_redis_package_has_what_the_wire_stands_on() -> None:
    """Neither is its public face."""
    assert "self._writer" in inspect.getsource(AbstractConnection.disconnect)
    assert isinstance(DefaultParser.parse_error("NOSCRIPT none"), NoScriptError)
