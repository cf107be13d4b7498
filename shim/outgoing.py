"""Requests that the shim itself sends: not taken for those of the functions that it runs, and without a memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import CookieJar, DefaultCookiePolicy

_own: ContextVar[bool] = ContextVar("own", default=False)


def no_cookies() -> CookieJar:
    """For clients of the shim's own: what one of its clients is given to keep is not for another."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@contextmanager
def uncaught() -> Iterator[None]:
    """A push that is sent inside of this block goes to the address that it names: a call to an upstream API Gateway."""
    token = _own.set(True)
    try:
        yield
    finally:
        _own.reset(token)


def is_uncaught() -> bool:
    return _own.get()
