"""Opening, attaching and detaching."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, FIRST_STREAM_MS, PENDING_MS, Script

OPEN: Final = Script(
    "open",
    f"""
local id, digest, epoch, window, limit, state = unpack(ARGV, 3)
local c = key(id, 'c')
if redis.call('EXISTS', c) == 1 then return 'taken' end
local pending, open = P .. ':pending', P .. ':open'
if redis.call('ZCARD', pending) + redis.call('ZCARD', open) >= tonumber(limit) then return 'full' end
local at = now()
redis.call('HSET', c, 'st', 'p', 'dg', digest, 'ep', epoch, 'wi', window, 'oa', at, 'la', at, 'ge', 0, 'no', '',
  'de', at, 'q', 0, 'f', 1, 'tb', 0, 'kb', 0, 'r', 0, 'rb', 0, 'rc', 0, 'tt', at)
redis.call('SET', P .. ':session:' .. digest, id, 'PX', {DAY_MS})
if state ~= '' then redis.call('SET', key(id, 'v'), state, 'PX', {DAY_MS}) end
redis.call('ZADD', pending, at + {PENDING_MS}, id)
redis.call('PEXPIRE', c, {DAY_MS})
return 'ok'
""",
)

ACTIVATE: Final = Script(
    "activate",
    f"""
local id = ARGV[3]
local c = key(id, 'c')
local v = redis.call('HMGET', c, 'st', 'wi', 'oa')
if v[1] == 'o' then return 1 end
if v[1] ~= 'p' then return 0 end
local at = now()
local n = last_broadcast()
redis.call('HSET', c, 'st', 'o', 'rc', n, 'b0', n)
redis.call('ZREM', P .. ':pending', id)
redis.call('ZADD', P .. ':open', v[3], id)
detach(id, at, math.max(tonumber(v[2]), {FIRST_STREAM_MS}))
return 1
""",
)

ABANDON: Final = Script(
    "abandon",
    """
local id = ARGV[3]
local c = key(id, 'c')
local v = redis.call('HMGET', c, 'st', 'dg')
if v[1] ~= 'p' then return 0 end
forget(id)
redis.call('DEL', c, key(id, 'v'), key(id, 'k'), key(id, 'l'), P .. ':session:' .. v[2])
redis.call('ZREM', P .. ':pending', id)
return 1
""",
)

ATTACH: Final = Script(
    "attach",
    """
local id, node, epoch, own, broadcast = unpack(ARGV, 3)
local c = key(id, 'c')
local v = redis.call('HMGET', c, 'st', 'ge', 'no', 'ep', 'q', 'r', 'rc', 'tb', 'dg', 'wi', 'oa', 'b0', 'ln')
if v[1] ~= 'o' then return false end
local generation, n = v[2] + 1, last_broadcast()
if v[3] ~= '' then
  redis.call('SREM', P .. ':hosted:' .. v[3], id)
  if v[3] ~= node then redis.call('PUBLISH', P .. ':n:' .. v[3], 'x ' .. id .. ' ' .. generation) end
end
own, broadcast = tonumber(own), tonumber(broadcast)
if epoch == v[4] and own <= tonumber(v[5]) and broadcast <= n then
  v[6], v[7] = own, broadcast
  if broadcast < 0 then v[7] = v[12] end
end
local read_bytes = v[8]
if tonumber(v[6]) < tonumber(v[5]) then
  local next = redis.call('XRANGE', key(id, 's'), '(' .. v[6] .. '-0', '+', 'COUNT', 1)
  if next[1] then read_bytes = next[1][2][6] end
end
redis.call('HSET', c, 'ge', generation, 'no', node, 'ln', node, 'de', '', 'r', v[6], 'rb', read_bytes, 'rc', v[7])
redis.call('HDEL', c, 'ss')
redis.call('ZREM', P .. ':detached', id)
redis.call('SADD', P .. ':hosted:' .. node, id)
return {generation, v[4], v[5], v[6], v[7], read_bytes, n, v[9], v[10], v[11], v[12],
  redis.call('GET', key(id, 'v')) or '', redis.call('HGETALL', key(id, 'a')), v[13] and v[13] ~= node and 1 or 0}
""",
)

DETACH: Final = Script(
    "detach",
    """
local id, generation, node, own, bytes, broadcast, code, reason = unpack(ARGV, 3)
local c = key(id, 'c')
local v = redis.call('HMGET', c, 'st', 'ge', 'wi', 'no')
if v[4] ~= node then redis.call('SREM', P .. ':hosted:' .. node, id) end
if v[1] ~= 'o' or v[2] ~= generation then return 0 end
redis.call('SREM', P .. ':hosted:' .. node, id)
redis.call('HSET', c, 'r', own, 'rb', bytes, 'rc', broadcast)
redis.call('HDEL', c, 'ss')
detach(id, now(), tonumber(v[3]))
if v[3] == '0' then close(id, code, reason, now()) return 1 end
return 0
""",
)

READ_UP_TO: Final = Script(
    "read_up_to",
    """
local id, generation, own, bytes = unpack(ARGV, 3)
local c = key(id, 'c')
local v = redis.call('HMGET', c, 'ge', 'r')
if v[1] ~= generation or tonumber(own) <= tonumber(v[2]) then return 0 end
redis.call('HSET', c, 'r', own, 'rb', bytes)
redis.call('HDEL', c, 'ss')
return 1
""",
)

CHECK: Final = Script(
    "check",
    f"""
local node, keep = ARGV[3], ARGV[4]
local found = {{last_broadcast()}}
for i = 5, #ARGV, 2 do
  local id, generation = ARGV[i], ARGV[i + 1]
  local c = key(id, 'c')
  local v = redis.call('HMGET', c, 'st', 'ge', 'no', 'q', 'ss', 'ep', 'cc', 'cr', 'dg')
  if v[1] == 'o' and v[2] == generation and v[3] ~= node then
    redis.call('HSET', c, 'no', node, 'de', '')
    redis.call('ZREM', P .. ':detached', id)
    redis.call('SADD', P .. ':hosted:' .. node, id)
  end
  if keep == '1' and v[1] then
    expire(id, {DAY_MS})
    redis.call('PEXPIRE', P .. ':session:' .. v[9], {DAY_MS})
  end
  found[#found + 1] = {{v[1], v[2], v[4], v[5], v[6], v[7], v[8]}}
end
if keep == '1' then
  redis.call('PEXPIRE', P .. ':bn', {DAY_MS})
  redis.call('PEXPIRE', P .. ':b', {DAY_MS})
end
return found
""",
)
"""Of connections that this node holds. One whose node was given up takes it back, unless another stream has begun."""

RESTORE: Final = Script(
    "restore",
    f"""
local id, node, generation, digest, epoch, window, opened = unpack(ARGV, 3)
local c = key(id, 'c')
local there = redis.call('HMGET', c, 'ge', 'ep')
if there[1] and (there[1] ~= generation or there[2] ~= ARGV[11]) then return 0 end
redis.call('DEL', key(id, 's'))
local at, n = now(), last_broadcast()
redis.call('HSET', c, 'st', 'o', 'dg', digest, 'ep', epoch, 'wi', window, 'oa', opened, 'la', at, 'ge', generation,
  'no', node, 'de', '', 'q', 0, 'f', 1, 'tb', 0, 'kb', 0, 'r', 0, 'rb', 0, 'rc', n, 'b0', n, 'tt', at)
redis.call('SET', P .. ':session:' .. digest, id, 'PX', {DAY_MS})
if ARGV[10] ~= '' then redis.call('SET', key(id, 'v'), ARGV[10], 'PX', {DAY_MS}) end
redis.call('ZADD', P .. ':open', opened, id)
redis.call('SADD', P .. ':hosted:' .. node, id)
redis.call('PEXPIRE', c, {DAY_MS})
return 1
""",
)
