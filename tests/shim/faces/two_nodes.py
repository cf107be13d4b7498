"""Two nodes over one Redis, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from shim.faces.options import FaceOptions
from shim.streams import StreamLimits
from shim.streams.redis.streams import RedisStreams
from tests.shim.faces.facing import Faced, faced
from tests.shim.streams.redis_world import own_options


@asynccontextmanager
async def two_nodes(
    url: str, faces: FaceOptions | None = None, limits: StreamLimits | None = None, **options: Any
) -> AsyncIterator[tuple[Faced, Faced]]:
    """`options`: of Redis."""
    own = own_options(url, **options)
    here, there = RedisStreams(own, limits), RedisStreams(own, limits)
    try:
        yield faced(faces, streams=here), faced(faces, streams=there)
    finally:
        for streams in (here, there):
            await streams.aclose()
