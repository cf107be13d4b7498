"""Tickets of clients that can't send a header: how many are out, and what each stands for. All in one partition."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import Script

ISSUE_TICKET: Final = Script(
    "issue_ticket",
    """
local digest, most, most_own, ms, value = unpack(ARGV, 5)
local all, own, at = of(1).t, of(2).t, now()
redis.call('ZREMRANGEBYSCORE', all, '-inf', at)
redis.call('ZREMRANGEBYSCORE', own, '-inf', at)
if redis.call('ZCARD', all) >= tonumber(most) or redis.call('ZCARD', own) >= tonumber(most_own) then return 0 end
for _, name in ipairs({all, own}) do
  redis.call('ZADD', name, at + ms, digest)
  redis.call('PEXPIRE', name, ms)
end
redis.call('SET', of(3).t, value, 'PX', ms)
return 1
""",
    keys="t",
)

FIND_TICKET: Final = Script(
    "find_ticket",
    """
local digest, kept_ms = unpack(ARGV, 4)
local value = redis.call('GET', of(2).t)
if not value then return false end
local over = redis.call('ZSCORE', of(1).t, digest)
if string.sub(value, 1, 1) == 'u' and (not over or tonumber(over) <= now()) then return false end
if not over then redis.call('PEXPIRE', of(2).t, kept_ms) end
return value
""",
    keys="t",
)
"""The value of one that is out begins with `u`."""

SPEND_TICKET: Final = Script(
    "spend_ticket",
    """
local digest, kept_ms, value = unpack(ARGV, 5)
local over = redis.call('ZSCORE', of(1).t, digest)
if not over or tonumber(over) <= now() then return 0 end
redis.call('ZREM', of(1).t, digest)
redis.call('ZREM', of(2).t, digest)
redis.call('SET', of(3).t, value, 'PX', kept_ms)
return 1
""",
    keys="t",
)

TICKET_OPENED: Final = Script(
    "ticket_opened",
    "return redis.call('SET', I.t, ARGV[5], 'PX', ARGV[4], 'XX') and 1 or 0",
    keys="t",
)
