"""Lines of what a process says, however long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


async def lines_of(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines of any length, of which longer ones than the shim's own are cut."""
    rest = b""
    while chunk := await reader.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line[:65_536].decode("utf-8", "replace")
        rest = rest[-65_536:]
    if rest:
        yield rest.decode("utf-8", "replace")
