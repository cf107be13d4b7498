"""Why Redis can't be used, in words for whoever looks after it: without its address, a user or a password, all of which
may stand in the sentences of the redis package and of the system."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, Final

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

Words = Callable[[Any], str]

ENDED: Final = "Redis ended the connection"
WANTS_TLS: Final = "; does it want TLS (rediss://)?"


def why_away(error: BaseException, *, is_new: bool = False) -> str:
    """`Redis can't be reached (Connection refused)`; the name of its class, if no more is known. `is_new`: of a
    connection on which nothing was answered yet."""
    for one in _causes(error):
        for kind, words in _WORDS:
            if isinstance(one, kind) and (said := words(one)):
                return said + WANTS_TLS if is_new and said == ENDED else said
    return f"Redis failed ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The innermost first: it says most."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    return reversed(chain)


def _authentication(error: AuthenticationError) -> str:
    if "without any password configured" in str(error):
        return "Redis was given a password and has none"
    return "Redis wants a password" if "required" in str(error) else "Redis does not know this user or this password"


def _response(error: ResponseError) -> str:
    said = str(error)
    if (unknown := re.match(r"unknown command ['`](\w{1,20})['`]", said)) is None:
        known = ("This instance has cluster support disabled", "DB index is out of range")
        return next((f"Redis says: {one}" for one in known if one in said), "")
    name = unknown[1].upper()
    if name == "SENTINEL":
        return "what is asked for the master is no Sentinel"
    return f"Redis does not know {name}: it has to be version 7 or later, or Valkey"


def _tls(error: ssl.SSLError) -> str:
    reason = getattr(error, "reason", None)  # the ssl module sets it, and its own subclasses do not
    return f"no TLS with Redis ({reason or 'the handshake failed'}); does it speak TLS?"


def _system(error: OSError) -> str:
    return f"Redis can't be reached ({os.strerror(error.errno)})" if error.errno else ""


_WORDS: Final[tuple[tuple[type[BaseException], Words], ...]] = (
    (AuthenticationError, _authentication),
    (NoPermissionError, lambda _error: "Redis does not let this user do what is needed"),
    (BusyLoadingError, lambda _error: "Redis is still loading its data"),
    (MasterNotFoundError, lambda _error: "no Sentinel answers that knows a master of this name"),
    (ResponseError, _response),
    (RedisTimeoutError, lambda _error: "Redis did not answer in time"),
    (RedisConnectionError, lambda error: ENDED if "Connection closed by server" in str(error) else ""),
    (
        ssl.SSLCertVerificationError,
        lambda error: f"the certificate of Redis is not accepted ({error.verify_message.partition(',')[0]})",
    ),
    (ssl.SSLError, _tls),
    (socket.gaierror, lambda _error: "the name of Redis is not found"),
    (TimeoutError, lambda error: _system(error) or "Redis did not answer in time"),
    (ConnectionResetError, lambda _error: ENDED),
    (FileNotFoundError, lambda _error: "the socket of Redis, or a certificate's file, is not where it was said to be"),
    (OSError, _system),
)
"""The first that has words for an error."""
