"""Ends: who notices them, and who tells them."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import ENDED_MS, Script

CLOSE: Final = Script("close", "if close(ARGV[3], ARGV[4], ARGV[5], now()) then return 1 end return 0")

CLOSE_STALLED: Final = Script(
    "close_stalled",
    """
local id, generation, slow_ms, reason = unpack(ARGV, 3)
local v, at = redis.call('HMGET', key(id, 'c'), 'ge', 'ss'), now()
if v[1] ~= generation or not v[2] or at - v[2] < tonumber(slow_ms) then return 0 end
if close(id, 1008, reason, at) then return 1 end
return 0
""",
)

REAP: Final = Script(
    "reap",
    """
local at, most, reason, own, lease_ms = now(), tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local nodes, detached, pending = P .. ':nodes', P .. ':detached', P .. ':pending'
local dead, lapsed = redis.call('ZRANGEBYSCORE', nodes, '-inf', at, 'WITHSCORES', 'LIMIT', 0, 1), 0
local mine = redis.call('ZSCORE', nodes, own)
if mine and tonumber(mine) <= at then
  redis.call('ZADD', nodes, at + lease_ms, own)
  be_quiet(at, lease_ms)
  lapsed = 1
end
if is_quiet(at) then return {0, lapsed, redis.call('ZCARD', P .. ':ends'), redis.call('ZCARD', P .. ':open')} end
if dead[1] then
  local node, lease_end = dead[1], tonumber(dead[2])
  local ids = redis.call('SPOP', P .. ':hosted:' .. node, most)
  for _, id in ipairs(ids) do
    local v = redis.call('HMGET', key(id, 'c'), 'st', 'no', 'wi')
    if v[1] == 'o' and v[2] == node then detach(id, lease_end, tonumber(v[3])) end
  end
  if #ids < most then redis.call('ZREM', nodes, node) end
end
local closed = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', detached, '-inf', at, 'LIMIT', 0, most)) do
  if close(id, 1006, reason, at) then closed = closed + 1 else redis.call('ZREM', detached, id) end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', pending, '-inf', at, 'LIMIT', 0, most)) do
  local v = redis.call('HMGET', key(id, 'c'), 'dg')
  forget(id)
  redis.call('DEL', key(id, 'c'), key(id, 'v'), key(id, 'k'), key(id, 'l'))
  if v[1] then redis.call('DEL', P .. ':session:' .. v[1]) end
  redis.call('ZREM', pending, id)
end
return {closed, lapsed, redis.call('ZCARD', P .. ':ends'), redis.call('ZCARD', P .. ':open')}
""",
)

"""Whoever looks is alive: its own lease is renewed when it has lapsed. Then Redis may have been away for all nodes, so
nobody is given up, and no window counts as over, until each had time to renew its lease."""

BEGIN_TELLING: Final = Script(
    "begin_telling",
    """
local node, most, lost_ms = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local at, ends, telling, begun = now(), P .. ':ends', P .. ':telling', {}
for _, id in ipairs(redis.call('ZRANGE', ends, 0, most - 1)) do
  redis.call('ZREM', ends, id)
  redis.call('ZADD', telling, at + lost_ms, id)
  local v = redis.call('HMGET', key(id, 'c'), 'cc', 'cr')
  if v[1] then
    begun[#begun + 1] = {id, v[1], v[2], redis.call('HGETALL', key(id, 'a')), redis.call('GET', key(id, 'v')) or ''}
  end
end
local lost = redis.call('ZRANGEBYSCORE', telling, '-inf', at, 'LIMIT', 0, most)
for _, id in ipairs(lost) do redis.call('ZREM', telling, id) end
return {begun, lost}
""",
)
"""An end is taken out of the list before it is told: whoever takes it tells it, and nobody else ever does."""

TOLD: Final = Script(
    "told",
    f"""
local id = ARGV[3]
redis.call('ZREM', P .. ':telling', id)
forget(id)
redis.call('DEL', key(id, 'v'), key(id, 'k'), key(id, 'l'))
redis.call('PEXPIRE', key(id, 'c'), {ENDED_MS})
redis.call('PEXPIRE', key(id, 's'), {ENDED_MS})
return 1
""",
)

RENEW: Final = Script(
    "renew",
    """
local node, lease_ms = ARGV[3], tonumber(ARGV[4])
local nodes, at = P .. ':nodes', now()
local until_then = redis.call('ZSCORE', nodes, node)
redis.call('ZADD', nodes, at + lease_ms, node)
if until_then and tonumber(until_then) > at then return 1 end
if until_then then be_quiet(at, lease_ms) end
return 0
""",
)

LEAVE: Final = Script(
    "leave", "redis.call('ZREM', P .. ':nodes', ARGV[3]) return redis.call('DEL', P .. ':hosted:' .. ARGV[3])"
)
