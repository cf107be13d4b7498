"""What is said of a Redis that can't be used: enough to mend it, and nothing of its address."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import AuthenticationError, BusyLoadingError, InvalidResponse, NoPermissionError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.failures import why_away
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer


def wrapped(cause: Exception) -> Exception:
    """As the redis package does it: its sentence has the address, and the cause is the context alone."""
    error = RedisConnectionError(f"Error connecting to secret.example:6379. {cause}")
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuthenticationError("Authentication required."), "Redis wants a password"),
        (AuthenticationError("invalid username-password pair"), "Redis does not know this user or this password"),
        (
            AuthenticationError("AUTH <password> called without any password configured for the default user."),
            "Redis was given a password and has none",
        ),
        (NoPermissionError("no permissions to run 'evalsha'"), "Redis does not let this user do what is needed"),
        (BusyLoadingError("loading"), "Redis is still loading its data"),
        (MasterNotFoundError("No master found for 'secret'"), "no Sentinel answers that knows a master of this name"),
        (
            ResponseError("unknown command 'SSUBSCRIBE', with args beginning with: 'secret' "),
            "Redis does not know SSUBSCRIBE: it has to be version 7 or later, or Valkey",
        ),
        (ResponseError("unknown command `SENTINEL`, with"), "what is asked for the master is no Sentinel"),
        (ResponseError("DB index is out of range"), "Redis says: DB index is out of range"),
        (ResponseError("WRONGTYPE secret"), "Redis failed (ResponseError)"),
        (
            wrapped(ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('secret.example', 6379)")),
            "Redis can't be reached (Connection refused)",
        ),
        (wrapped(socket.gaierror(-2, "secret.example")), "the name of Redis is not found"),
        (
            wrapped(ConnectionResetError(errno.ECONNRESET, "secret")),
            "Redis ended the connection",
        ),
        (wrapped(ssl.SSLError(1, "secret")), "no TLS with Redis (the handshake failed); does it speak TLS?"),
        (TimeoutError(), "Redis did not answer in time"),
        (InvalidResponse("secret"), "Redis failed (InvalidResponse)"),
    ],
    ids=str,
)
def test_each_failure_has_words_without_an_address(error: Exception, words: str) -> None:
    assert why_away(error) == words


def test_a_server_that_ends_a_new_connection_may_want_tls() -> None:
    ended = wrapped(ConnectionResetError(errno.ECONNRESET, "secret"))
    assert why_away(ended, is_new=True) == "Redis ended the connection; does it want TLS (rediss://)?"
    assert why_away(TimeoutError(), is_new=True) == "Redis did not answer in time"


async def refusal(options: RedisOptions) -> str:
    node = RedisStreams(options)
    with pytest.raises(BrokerUnavailable) as raised:
        await node.awaiting.open()
    await node.aclose()
    return raised.value.reason


async def test_a_socket_that_is_not_there_is_told_apart_from_one_that_refuses(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(tmp_path / "deaf"))
        assert await refusal(RedisOptions(f"unix://{tmp_path}/deaf")) == "Redis can't be reached (Connection refused)"
    assert "is not where it was said to be" in await refusal(RedisOptions(f"unix://{tmp_path}/none"))


async def test_a_real_server_says_what_it_wants(redis_server: RedisServer) -> None:
    options = RedisOptions(redis_server.url)
    assert await refusal(replace(options, url=redis_server.url.replace("unix://", "unix://nobody:wr0ng@"))) == (
        "Redis does not know this user or this password"
    )
    assert await refusal(replace(options, url=f"{redis_server.url}?db=9999")) == "Redis says: DB index is out of range"
