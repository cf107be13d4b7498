"""Much that is to be done, a part of it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def all_of(some: Iterable[T], act: Callable[[T], Awaitable[R]], *, at_once: int) -> list[R]:
    """What `act` gave for each, in the order of `some`."""
    gate = asyncio.Semaphore(at_once)

    async def one(each: T) -> R:
        async with gate:
            return await act(each)

    return await asyncio.gather(*map(one, some))
