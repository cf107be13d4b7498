"""How the shim ends: nobody new, what is under way is finished, clients are told to go, and `$disconnect` is run."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final

from shim.service import Service

logger = logging.getLogger(__name__)

DRAIN_S = 30.0
"""What messages under way are given by default, in seconds: a function may take 29."""


LATE_S: Final = 10.0
"""What those are given that were not taken yet when the others were finished, as when Redis did not answer then. Kits
give a node 15 seconds more than its drain."""


async def drain(service: Service, limit_s: float) -> None:
    """Waits, at most `limit_s` seconds, for the messages under way; then ends every stream, and
    with 1001 every connection that no other process serves."""
    service.accepting = False
    await messages_done(service, limit_s)
    await service.streams.awaiting.leave()


async def messages_done(service: Service, limit_s: float) -> None:
    """Waits for them, at most `limit_s` seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            while service.messages_running:  # noqa: ASYNC110 - nobody else needs to know, and it ends once
                await asyncio.sleep(0.02)
    if service.messages_running:
        logger.warning("%d messages were still being handled after %g s", service.messages_running, limit_s)
