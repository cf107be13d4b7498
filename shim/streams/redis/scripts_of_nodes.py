"""What nodes do by the clock: leases, positions, and keeping what would expire."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import ALL_LISTS, ALL_PARTS, DAY_MS, Script

RENEW: Final = Script(
    "renew",
    """
local node, lease_ms = ARGV[3], tonumber(ARGV[4])
local at = now()
local until_then = redis.call('ZSCORE', S.nodes, node)
if until_then and tonumber(until_then) > at then
  redis.call('ZADD', S.nodes, at + lease_ms, node)
  return 1
end
if until_then or all_have_lapsed(at) then be_quiet(at, lease_ms) end
redis.call('ZADD', S.nodes, at + lease_ms, node)
return 0
""",
    lists="nodes quiet",
)
"""A lease that has lapsed, also those of all others when this node is new or was given up, may tell that Redis was away
for all: then nobody is given up until each had time to renew its own."""

LEAVE: Final = Script(
    "leave",
    """
local node = ARGV[3]
local left = redis.call('ZLEXCOUNT', S.hosted, '[' .. node .. ' ', '(' .. node .. '!')
if left > 0 then
  redis.call('ZADD', S.nodes, 'XX', now(), node)
else
  redis.call('ZREM', S.nodes, node)
end
return left
""",
    lists="nodes hosted",
)
"""Connections that Redis still has at this node, since it was not heard when it let go of them, are found by others as
those of a dead one, and at once."""

CHECK: Final = Script(
    "check",
    """
local count, took_back = #KEYS - 4, false
local node = ARGV[3 + count]
local b = redis.call('HMGET', S.bn, 'n', 'li')
local n = tonumber(b[1] or 0)
local found = {n, b[2] or '', redis.call('ZLEXCOUNT', S.hosted, '[' .. node .. ' ', '(' .. node .. '!')}
for at = 1, count do
  local I, id, generation = of(at), ARGV[2 + at], ARGV[3 + count + at]
  local v = fields(I.c, {'st', 'ge', 'no', 'q', 'ss', 'ep', 'cc', 'cr', 'cb'})
  if v.st == 'o' and tonumber(v.ge) <= tonumber(generation) then
    if v.no ~= node or v.ge ~= generation then
      redis.call('HSET', I.c, 'ge', generation, 'no', node, 'de', '')
      redis.call('ZREM', S.detached, id)
      if v.no ~= '' then redis.call('ZREM', S.hosted, hosted(v.no, id)) end
      redis.call('ZADD', S.hosted, 0, hosted(node, id))
      took_back = true
    end
  end
  found[3 + at] = {v.st, v.ge, v.q, v.ss, v.ep, v.cc, v.cr, tonumber(v.cb or n)}
end
if took_back then redis.call('ZADD', S.nodes, 'NX', now(), node) end
return found
""",
    keys="c",
    lists="bn detached hosted nodes",
)
"""Of connections that this node holds. One whose node was given up takes it back, unless another stream has begun; one
that Redis does not know to be held since it lost that is taken again. A node that is not known any more counts as one
whose lease is over until it renews that, so that others find what it took back if it never does."""

HOSTED: Final = Script(
    "hosted",
    """
local node, most = ARGV[3], ARGV[4]
local ids = redis.call('ZRANGEBYLEX', S.hosted, '[' .. node .. ' ', '(' .. node .. '!', 'LIMIT', 0, most)
for i, member in ipairs(ids) do ids[i] = string.sub(member, #node + 2) end
return ids
""",
    lists="hosted",
)

LET_GO: Final = Script(
    "let_go",
    """
local id, node = unpack(ARGV, 3)
redis.call('ZREM', S.hosted, hosted(node, id))
local v = redis.call('HMGET', I.c, 'st', 'no', 'wi')
if v[1] ~= 'o' or v[2] ~= node then return 0 end
detach(I, id, now(), tonumber(v[3]))
return 1
""",
    keys="c",
    lists="hosted detached",
)
"""Of a connection that this node is said to hold, and does not."""

KEEP: Final = Script(
    "keep", f"for _, name in ipairs(KEYS) do redis.call('PEXPIRE', name, {DAY_MS}) end", keys=ALL_PARTS, lists=ALL_LISTS
)

_OTHERS: Final = """
local function others(count, at)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', S.partitions, '(' .. at, '+inf')) do
    local found = string.match(member, '^%d+')
    if found ~= count then return tonumber(found) end
  end
  return 0
end
"""
"""Another number of partitions than `count`, with which a node runs; 0: none has."""

AGREE: Final = Script(
    "agree",
    f"""{_OTHERS}
local node, count, ms, runs = unpack(ARGV, 3)
local at = now()
local found = others(count, at)
if runs == '0' then
  if found ~= 0 then return found end
  redis.call('ZREMRANGEBYSCORE', S.partitions, '-inf', at)
end
redis.call('ZADD', S.partitions, at + tonumber(ms), count .. ' ' .. node)
redis.call('PEXPIRE', S.partitions, {DAY_MS})
return found
""",
    lists="partitions",
)
"""Of a node that runs it is also said where another runs that has another number, so that each of them hears of it."""

LEAVE_AGREEMENT: Final = Script(
    "leave_agreement", "return redis.call('ZREM', S.partitions, ARGV[4] .. ' ' .. ARGV[3])", lists="partitions"
)

OTHER_PARTITIONS: Final = Script("other_partitions", f"{_OTHERS}\nreturn others(ARGV[3], now())", lists="partitions")
