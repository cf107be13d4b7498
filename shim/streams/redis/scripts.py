"""All scripts, and how a server gets them."""

from __future__ import annotations

from typing import Final

from shim.streams.redis import (
    lives,
    scripts_of_answers,
    scripts_of_applications,
    scripts_of_claims,
    scripts_of_connections,
    scripts_of_ends,
    scripts_of_limits,
    scripts_of_messages,
    scripts_of_nodes,
    scripts_of_resuming,
    scripts_of_tickets,
)
from shim.streams.redis.lua import Script
from shim.streams.redis.wire import Wire, asked

SCRIPTS: Final = tuple(
    found
    for module in (
        lives,
        scripts_of_connections,
        scripts_of_resuming,
        scripts_of_messages,
        scripts_of_ends,
        scripts_of_nodes,
        scripts_of_limits,
        scripts_of_tickets,
        scripts_of_answers,
        scripts_of_applications,
        scripts_of_claims,
    )
    for found in vars(module).values()
    if isinstance(found, Script)
)


async def load_scripts(wire: Wire) -> None:
    """Those that the server lacks: all of them are 65 KB. Raises RedisError or OSError."""
    (known,) = await asked(wire, ("SCRIPT", "EXISTS", *(script.sha for script in SCRIPTS)))
    lacking = [script for script, is_known in zip(SCRIPTS, known, strict=True) if not is_known]
    await asked(wire, *(("SCRIPT", "LOAD", script.whole) for script in lacking))
