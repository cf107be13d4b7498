"""All scripts, for whoever loads them."""

from __future__ import annotations

from typing import Final

from shim.streams.redis import (
    lives,
    scripts_of_answers,
    scripts_of_applications,
    scripts_of_connections,
    scripts_of_ends,
    scripts_of_limits,
    scripts_of_messages,
    scripts_of_nodes,
    scripts_of_tickets,
)
from shim.streams.redis.lua import Script

SCRIPTS: Final = tuple(
    found
    for module in (
        lives,
        scripts_of_connections,
        scripts_of_messages,
        scripts_of_ends,
        scripts_of_nodes,
        scripts_of_limits,
        scripts_of_tickets,
        scripts_of_answers,
        scripts_of_applications,
    )
    for found in vars(module).values()
    if isinstance(found, Script)
)
