"""What applications and faces keep and ask."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, Script

TOUCH: Final = Script(
    "touch",
    """
local c = key(ARGV[3], 'c')
if redis.call('HGET', c, 'st') ~= 'o' then return 0 end
redis.call('HSET', c, 'la', now())
return 1
""",
)

CLAIM: Final = Script(
    "claim",
    f"""
local id, name, answer, most = unpack(ARGV, 3)
local k, l = key(id, 'k'), key(id, 'l')
if redis.call('HGET', key(id, 'c'), 'st') ~= 'o' then return false end
local known = redis.call('HGET', k, name)
if known then return known end
redis.call('HSET', k, name, answer)
if redis.call('RPUSH', l, name) > tonumber(most) then redis.call('HDEL', k, redis.call('LPOP', l)) end
redis.call('PEXPIRE', k, {DAY_MS})
redis.call('PEXPIRE', l, {DAY_MS})
return answer
""",
)

ANNOTATE: Final = Script(
    "annotate",
    f"""
local id = ARGV[3]
local state = redis.call('HGET', key(id, 'c'), 'st')
if state ~= 'o' and state ~= 'p' then return 0 end
local a, annotated, at = key(id, 'a'), P .. ':annotated', now()
if not redis.call('ZSCORE', annotated, id) then
  redis.call('ZADD', annotated, redis.call('HINCRBY', P .. ':bn', 'an', 1), id)
end
local place = redis.call('ZSCORE', annotated, id)
for i = 4, #ARGV, 3 do
  local name, json, scalar = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local before = redis.call('HGET', a, name)
  if before ~= json then
    if before then redis.call('ZREM', index(name, before), id) end
    redis.call('HSET', a, name, json)
    if scalar == '1' then redis.call('ZADD', index(name, json), place, id) end
  end
end
redis.call('PEXPIRE', a, {DAY_MS})
return 1
""",
)

FORGET: Final = Script("forget", "forget(ARGV[3]) return 1")

FIND: Final = Script(
    "find",
    """
local members = P .. ':annotated'
local fewest = -1
for i = 3, #ARGV, 2 do
  local name = index(ARGV[i], ARGV[i + 1])
  local count = redis.call('ZCARD', name)
  if fewest < 0 or count < fewest then members, fewest = name, count end
end
local found = {}
for _, id in ipairs(redis.call('ZRANGE', members, 0, -1)) do
  found[#found + 1] = {id, redis.call('HGETALL', key(id, 'a'))}
end
return found
""",
)

SNAPSHOTS: Final = Script(
    "snapshots",
    """
local found = {}
for _, id in ipairs(redis.call('ZRANGE', P .. ':open', ARGV[3], ARGV[4])) do
  local v = redis.call('HMGET', key(id, 'c'), 'oa', 'la', 'no', 'q', 'tb', 'rb', 'kb', 'f')
  if v[1] then found[#found + 1] = {id, v} end
end
return found
""",
)

INFO: Final = Script(
    "info",
    """
local v = redis.call('HMGET', key(ARGV[3], 'c'), 'st', 'oa', 'la', 'ep')
if v[1] ~= 'o' then return false end
return {v[2], v[3], v[4]}
""",
)

STATE: Final = Script("state", "return redis.call('GET', key(ARGV[3], 'v'))")

KEPT: Final = Script(
    "kept",
    """
if redis.call('HGET', key(ARGV[3], 'c'), 'st') ~= 'o' then return false end
return redis.call('XRANGE', key(ARGV[3], 's'), '-', '+')
""",
)

SESSION: Final = Script("session", "return redis.call('GET', P .. ':session:' .. ARGV[3])")

ATTRIBUTES: Final = Script("attributes", "return redis.call('HGETALL', key(ARGV[3], 'a'))")
