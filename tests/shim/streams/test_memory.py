"""The broker in memory keeps what any broker promises."""

from __future__ import annotations

from typing import Any

import pytest

from shim.streams import StreamLimits, Streams
from tests.shim.streams import promises_of_connections, promises_of_groups, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise


class MemoryWorld:
    def __init__(self) -> None:
        self._now = 1_000.0

    async def streams(self, **limits: Any) -> Streams:
        return Streams(StreamLimits(**limits), clock=lambda: self._now)

    def pass_time(self, seconds: float) -> None:
        self._now += seconds


assert promises_of_connections
assert promises_of_groups
assert promises_of_messages  # which fill PROMISES


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_memory(promise: Promise) -> None:
    await promise(MemoryWorld())
