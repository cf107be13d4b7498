"""Whether this is the server that had the data before, or one that took over, or came back, and may lack the latest.

The data says in which life of the partition it is. A server that is known to have had it in that life has a script of
this name: scripts are neither saved nor replicated, so another server has none, nor has the same one after a restart.
https://redis.io/docs/latest/develop/programmability/eval-intro/#script-replication
The script names the history of the server too, which is another one once it was a replica and took over again: what it
had was replaced meanwhile by what its master had.
https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained

Two servers may take themselves for the one at the same time: one that stood still, or was cut off, and the one that
took over. What a node was answered by either of them may be lost with it, after the other's life has begun and all have
been told of it. So a node that was answered in another life, later than this one began, begins a new one. Only lengths
of time are compared, one of the server's clock and one of the node's: no two clocks have to agree.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from typing import Final

from shim.streams.redis.keys import Keys
from shim.streams.redis.lua import DAY_MS, Script
from shim.streams.redis.steps import Step, text
from shim.streams.redis.wire import Wire, asked

ATTEMPTS: Final = 10
"""To begin a life, while others do too."""

LIFE: Final = Script("life", "return {life(), now() - tonumber(redis.call('HGET', S.bn, 'lt') or 0)}", lists="bn")
"""And for how many milliseconds."""

BEGIN_LIFE: Final = Script(
    "begin_life",
    f"""
local before, new, lease_ms = ARGV[3], ARGV[4], tonumber(ARGV[5])
local found = redis.call('HMGET', S.bn, 'li', 'n', 'an')
if (found[1] or '') ~= before then return found[1] or '' end
local lives = before == '' and '' or newest(before .. ':' .. (found[2] or 0), found[3])
redis.call('HSET', S.bn, 'li', new, 'an', lives, 'lt', now())
redis.call('PEXPIRE', S.bn, {DAY_MS})
if before ~= '' then be_quiet(now(), lease_ms) end
return new
""",
    lists="bn quiet",
)
"""Keeps the lives before, and the number of the last broadcast that is left of each. Nobody is given up, and no window
counts as over, until each node had time to say what it holds: this server may not know of streams that began last."""


@dataclass(frozen=True, slots=True)
class Answered:
    """In which life of the partition this node was answered last, and when, by its monotonic clock."""

    life: str
    at: float


async def life_of(
    wire: Wire,
    keys: Keys,
    lease_ms: int,
    before: Answered | None = None,
) -> str:
    """A new one, if this server is not known to have been there in the last one, or if another server answered this
    node after that had begun. `before`: on another connection; None: never. Raises RedisError or OSError."""
    for _ in range(ATTEMPTS):
        asked_at = time.monotonic()
        (found, age_ms), replication = await asked(
            wire, Step(LIFE, (), (), list).command(0, keys), ("INFO", "replication")
        )
        life, history = text(found), _history(replication)
        elsewhere = (
            before is not None
            and before.life != life
            and before.at > asked_at - int(age_ms) / 1000
            and not await _was_here(wire, keys, before.life, history)
        )
        if life and not elsewhere and await _was_here(wire, keys, life, history):
            return life
        new = secrets.token_hex(4)
        await asked(wire, ("SCRIPT", "LOAD", _marker(keys, new, history).whole))
        (begun,) = await asked(wire, Step(BEGIN_LIFE, (), (life, new, lease_ms), text).command(0, keys))
        if text(begun) == new:
            return new
    raise ConnectionError("others begin one life after the other")


async def _was_here(wire: Wire, keys: Keys, life: str, history: str) -> bool:
    """Whether this server, since it was started and was no replica, had the partition in this life."""
    return bool(await asked(wire, ("SCRIPT", "EXISTS", _marker(keys, life, history).sha)) == [[1]])


def _marker(keys: Keys, life: str, history: str) -> Script:
    return Script("marker", f"return '{keys.tag} {life} {history}'")


def _history(replication: bytes) -> str:
    """Empty where Redis does not say it."""
    found = re.search(rb"^master_replid:(\w+)", replication, re.MULTILINE)
    return found[1].decode("ascii") if found else ""
