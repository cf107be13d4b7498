"""Whether this is the server that had the data before, or one that took over, or came back, and may lack the latest.

The data says in which life of the partition it is. A server that is known to have had it in that life has a script of
this name: scripts are neither saved nor replicated, so another server has none, nor has the same one after a restart.
https://redis.io/docs/latest/develop/programmability/eval-intro/#script-replication
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from shim.streams.redis.keys import Keys
from shim.streams.redis.lua import DAY_MS, Script
from shim.streams.redis.steps import Step, asked, text

ATTEMPTS: Final = 10
"""To begin a life, while others do too."""

LIFE: Final = Script("life", "return life()", lists="bn")

BEGIN_LIFE: Final = Script(
    "begin_life",
    f"""
local before, new = ARGV[3], ARGV[4]
local found = redis.call('HMGET', S.bn, 'li', 'n')
if (found[1] or '') ~= before then return found[1] or '' end
redis.call('HSET', S.bn, 'li', new, 'fn', found[2] or 0)
redis.call('PEXPIRE', S.bn, {DAY_MS})
return new
""",
    lists="bn",
)
"""Keeps the number of the last broadcast that is left from before."""


async def life_of(connection: Any, keys: Keys) -> str:  # noqa: ANN401 - a connection of the redis package, partly untyped
    """A new one, if this server is not known to have been there in the last one. Raises RedisError or OSError."""
    for _ in range(ATTEMPTS):
        (found,) = await asked(connection, Step(LIFE, (), (), text).command(0, keys))
        life = text(found)
        if life and await asked(connection, ("SCRIPT", "EXISTS", _marker(keys, life).sha)) == [[1]]:
            return life
        new = secrets.token_hex(4)
        await asked(connection, ("SCRIPT", "LOAD", _marker(keys, new).whole))
        (begun,) = await asked(connection, Step(BEGIN_LIFE, (), (life, new), text).command(0, keys))
        if text(begun) == new:
            return new
    raise ConnectionError("others begin one life after the other")


def _marker(keys: Keys, life: str) -> Script:
    return Script("marker", f"return '{keys.tag} {life}'")
