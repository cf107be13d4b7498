"""Marks requests that the shim itself sends, so that they are not taken for those of the functions that it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_own: ContextVar[bool] = ContextVar("own", default=False)


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
