"""Connections to the server that has a slot, whoever that is now."""

from __future__ import annotations

import random
from typing import Any, Final, Protocol

from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shim.streams.redis.options import RedisOptions

LOOK_UP: Final = 4
"""Whoever is asked where a server is has this part of `timeout_s`: the next one is to have its turn too."""


AWAY: Final = (RedisError, OSError, TimeoutError, RuntimeError, AttributeError)
"""What a connection of the redis package raises that broke. RuntimeError is uvloop's, for a write to one that the other
side has just closed; AttributeError comes when another task has let go of it before the write began."""


class Servers(Protocol):
    """For one event loop."""

    async def connect(self, slot: int) -> Any:  # noqa: ANN401 - a connection of the redis package, partly untyped
        """A new connection. Raises RedisError or OSError."""

    async def close(self) -> None: ...


def servers_of(options: RedisOptions) -> Servers:
    match options.address.kind:
        case "server":
            return _OneServer(options)
        case "sentinel":
            return _BehindSentinels(options)
        case "cluster":
            return _InCluster(options)


class _OneServer:
    def __init__(self, options: RedisOptions) -> None:
        self._options = options

    async def connect(self, slot: int) -> Any:  # noqa: ANN401 - it has all slots
        address = self._options.address
        return await _connected(self._options, *(address.hosts or (("", 0),))[0], self._options.timeout_s)

    async def close(self) -> None:
        return


class _BehindSentinels:
    def __init__(self, options: RedisOptions) -> None:
        self._options = options
        address = options.address
        waiting = _waiting(options.timeout_s / LOOK_UP)
        user = _user(address.sentinel_user)
        make: Any = Sentinel  # which is untyped
        self._sentinel = make(address.hosts, sentinel_kwargs={**waiting, **user, **_tls(options)})

    async def connect(self, slot: int) -> Any:  # noqa: ANN401 - the master has all slots
        host, port = await self._sentinel.discover_master(self._options.address.master)
        return await _connected(self._options, host, port, self._options.timeout_s)

    async def close(self) -> None:
        await self._sentinel.aclose()


class _InCluster:
    def __init__(self, options: RedisOptions) -> None:
        self._options = options
        self._known: set[tuple[str, int]] = set()

    async def connect(self, slot: int) -> Any:  # noqa: ANN401
        """It is looked up each time: whoever asks has lost a server, or was sent away by it."""
        failure: Exception | None = None
        places = [*self._known, *(one for one in self._options.address.hosts if one not in self._known)]
        for host, port in random.sample(places, len(places)):
            try:
                masters = _masters(await _ask(self._options, host, port, "CLUSTER", "SLOTS"), host)
            except (RedisError, OSError, TimeoutError) as error:
                failure = error
                continue
            self._known = {place for _first, _last, place in masters}
            for first, last, place in masters:
                if first <= slot <= last:
                    return await _connected(self._options, *place, self._options.timeout_s)
            failure = ConnectionError("no server has this slot")
        raise failure or ConnectionError

    async def close(self) -> None:
        return


def _masters(slots: list[Any], asked: str) -> list[tuple[int, int, tuple[str, int]]]:
    """First and last slot of each. A server that does not know its own name is reached by the name it was asked by:
    https://redis.io/docs/latest/commands/cluster-slots/"""
    return [
        (int(first), int(last), (asked if master[0] in {None, b"", b"?"} else master[0].decode(), int(master[1])))
        for first, last, master, *_replicas in slots
    ]


async def _ask(options: RedisOptions, host: str, port: int, *words: str) -> Any:  # noqa: ANN401
    connection = await _connected(options, host, port, options.timeout_s / LOOK_UP)
    try:
        await connection.send_command(*words, check_health=False)
        return await connection.read_response()
    finally:
        await connection.disconnect(nowait=True)


async def _connected(options: RedisOptions, host: str, port: int, timeout_s: float) -> Any:  # noqa: ANN401
    """Nothing is sent twice: whether a push was taken that got no answer, nobody knows but its sender."""
    address = options.address
    how = {**_waiting(timeout_s), **_user(address.user), "db": address.database}
    connection: Any
    if address.path:
        connection = UnixDomainSocketConnection(path=address.path, **how)
    elif address.tls:
        connection = SSLConnection(host=host, port=port, **_files(options), **how)
    else:
        connection = Connection(host=host, port=port, **how)
    await connection.connect()
    return connection


def _waiting(timeout_s: float) -> dict[str, Any]:
    return {
        "protocol": 2,
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }


def _user(user: tuple[str, str]) -> dict[str, Any]:
    name, password = user
    return {"username": name or None, "password": password or None}


def _tls(options: RedisOptions) -> dict[str, Any]:
    return {"ssl": True, **_files(options)} if options.address.tls else {}


def _files(options: RedisOptions) -> dict[str, Any]:
    files = {"ssl_ca_certs": options.ca_file, "ssl_certfile": options.certificate_file, "ssl_keyfile": options.key_file}
    return {name: str(file) for name, file in files.items() if file is not None}
