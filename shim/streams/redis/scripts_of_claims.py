"""Which messages of a client were taken: each once, or again when the node died that had taken it.

By idempotency key: the node that is at it, `-` when it was handled, `!` when nobody does; a blank; a text.
"""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, Script

REMEMBER: Final = f"""
local function remember(by, text, is_new, most)
  redis.call('HSET', I.k, ARGV[4], by .. ' ' .. text)
  if is_new and redis.call('RPUSH', I.l, ARGV[4]) > tonumber(most) then
    redis.call('HDEL', I.k, redis.call('LPOP', I.l))
  end
  redis.call('PEXPIRE', I.k, {DAY_MS})
  redis.call('PEXPIRE', I.l, {DAY_MS})
end
local function remembered()
  local known = redis.call('HGET', I.k, ARGV[4])
  if known then return string.match(known, '^(%S*) (.*)$') end
end
"""

CLAIM: Final = Script(
    "claim",
    REMEMBER
    + """
local name, text, node, most = unpack(ARGV, 4)
if redis.call('HGET', I.c, 'st') ~= 'o' then return false end
local by, said = remembered()
local function is_dead(at)
  if by == '' or is_quiet(at) then return false end
  local until_then = redis.call('ZSCORE', S.nodes, by)
  return not until_then or tonumber(until_then) <= at
end
if by == '-' then return {'ended', said} end
if by == '!' then
  if said == text then return {'under way', said} end
elseif by and not is_dead(now()) then
  return {'under way', said}
end
remember(node, text, not by, most)
return {'first', text}
""",
    keys="c k l",
    lists="nodes quiet",
)
"""One that was given back before it came is none. Whether a node that has no name is alive is not known."""

END_CLAIM: Final = Script(
    "end_claim",
    REMEMBER
    + """
local name, text, ended = unpack(ARGV, 4)
local by, said = remembered()
if said ~= text or by == '-' or by == '!' then return 0 end
remember('-', ended)
return 1
""",
    keys="k l",
)
"""Nothing, for one that another node has taken over."""

GIVE_BACK_CLAIM: Final = Script(
    "give_back_claim",
    REMEMBER
    + """
local name, text, most = unpack(ARGV, 4)
local by, said = remembered()
if redis.call('HGET', I.c, 'st') ~= 'o' or (by and said ~= text) or by == '-' then return 0 end
remember('!', text, not by, most)
return 1
""",
    keys="c k l",
)
"""It is noted too when there is none: Redis may still have to read it."""
