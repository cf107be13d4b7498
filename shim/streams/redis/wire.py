"""A connection on which many commands leave at once, and whose answers are handed out as they come.

The redis package reaches the server: address, TLS, user, database. After that its transport is read here, without
coroutines for each answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from hiredis import Reader
from redis.asyncio.connection import DefaultParser
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, ResponseError

from shim.streams.redis.steps import packed

_NOT_YET: Final = object()


class Wire(asyncio.Protocol):
    """`connection`: of the redis package, on which nothing is under way. One `ask` at a time."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - partly untyped
        self._connection = connection
        self._transport: asyncio.Transport = connection._writer.transport  # noqa: SLF001 - a test says that it is there
        self._reader = Reader(
            protocolError=InvalidResponse, replyError=DefaultParser.parse_error, notEnoughData=_NOT_YET
        )
        self._left = 0
        self._answered: Callable[[Any], None] = lambda _answer: None
        self._done: asyncio.Future[None] | None = None
        self._lost: Exception | None = None
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return self._lost is None and not self._transport.is_closing()

    async def ask(self, commands: bytes, count: int, answered: Callable[[Any], None]) -> None:
        """Returns after `answered` was called with each answer, in their order. An error that Redis gave is one, too.
        Raises what `answered` does, RedisError or OSError; the connection is of no use after that, nor after a
        cancellation."""
        if self._lost is not None:
            raise self._lost
        if not count:
            return
        self._left, self._answered = count, answered
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(commands)
        await self._done

    def data_received(self, data: bytes) -> None:
        reader, answered = self._reader, self._answered
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not _NOT_YET:
                self._left -= 1
                if self._left < 0 or isinstance(answer, RedisConnectionError):
                    raise _failure(answer)  # noqa: TRY301 - it goes where those of `answered` go
                answered(answer)
        except Exception as error:  # noqa: BLE001 - whoever asked hears it
            self._end(error)
            self._transport.abort()
            return
        if not self._left:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or RedisConnectionError("Connection closed by server."))
        if not self._gone.done():
            self._gone.set_result(None)

    def _end(self, failure: Exception | None) -> None:
        self._lost = self._lost or failure
        done, self._done = self._done, None
        if done is None or done.done():
            return
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(failure)

    async def close(self) -> None:
        """At once: what was asked gets no answer."""
        self._transport.abort()
        await self._connection.disconnect(nowait=True)
        await asyncio.shield(self._gone)


def _failure(answer: Any) -> Exception:  # noqa: ANN401 - whatever Redis gives
    """`answer`: to nothing that was asked, or of a server that is full, or still loading."""
    return answer if isinstance(answer, RedisConnectionError) else InvalidResponse("Redis answered what was not asked")


async def asked(wire: Wire, *commands: tuple[str | bytes | int, ...]) -> list[Any]:
    """The answers. Raises RedisError or OSError."""
    answers: list[Any] = []
    await wire.ask(b"".join(map(packed, commands)), len(commands), answers.append)
    for answer in answers:
        if isinstance(answer, ResponseError):
            raise answer
    return answers
