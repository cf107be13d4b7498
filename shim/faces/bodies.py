"""Bodies of requests, bounded in size and time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Final

from starlette.requests import Request

DISCARDED_BYTES: Final = 2_097_152
"""Bytes of a body that is too large which are read all the same: most clients read no answer before they have sent
everything."""


async def read_body(request: Request, limit: int, within_s: float) -> bytes | None:
    """The body; None when it has more than `limit` bytes. Raises TimeoutError, or ClientDisconnect."""
    body = bytearray()
    received = 0
    async with asyncio.timeout(within_s), aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            received += len(chunk)
            if received <= limit:
                body += chunk
            elif received > limit + DISCARDED_BYTES:
                break
    return bytes(body) if received <= limit else None
