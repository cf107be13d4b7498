"""A bridge without faces, in the loop of the test; nothing of it may be left at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import shim
from shim.backends.bridge import Bridge
from shim.gateway.definition import ApiDefinition
from shim.service import Handshake
from shim.streams import Event, Subscription

SHIM = Path(shim.__file__).parent
API = ApiDefinition(name="test", routes={}, stage="prod")


def handshake(*headers: tuple[str, str], query: tuple[tuple[str, str], ...] = ()) -> Handshake:
    return Handshake(headers=list(headers), query=list(query), source_ip="192.0.2.7", user_agent="test")


@asynccontextmanager
async def running(bridge: Bridge) -> AsyncIterator[Bridge]:
    """Fails when tasks or sockets are left."""
    tasks, files = _tasks(), _open_files()
    run = asyncio.create_task(bridge.run())
    try:
        yield bridge
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(run, 10)
    await eventually(lambda: _tasks() <= tasks)
    await eventually(lambda: _open_files() <= files)


async def eventually(condition: Callable[[], Any], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


async def next_payload(subscription: Subscription) -> str | bytes:
    event = await asyncio.wait_for(anext(subscription), 30)
    assert isinstance(event, Event), event
    return event.payload


async def closed_words(subscription: Subscription) -> tuple[int, str]:
    """Code and reason; what was sent before is passed over."""
    async with asyncio.timeout(30):
        async for _event in subscription:
            pass
    assert subscription.closed
    return subscription.close_code, subscription.close_reason


def _tasks() -> set[asyncio.Task[Any]]:
    """Those of the shim: a server of the test has its own."""
    codes = {task: getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()}
    return {task for task, code in codes.items() if code and Path(code.co_filename).is_relative_to(SHIM)}


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
