"""Ends: who notices them, and who tells them.

`DUE` says what has ended, or may have; each of these connections is then asked for by a script about it alone, which
looks again. Whoever dies between the two leaves the rest to the next that looks.
"""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import ALL_PARTS, CLOSES, ENDED_MS, ENDS_PENDING, FORGETS, Script

CLOSE: Final = Script(
    "close",
    """
local id, code, reason = unpack(ARGV, 3)
if close(I, id, code, reason, now()) then return 1 end
return 0
""",
    keys=ALL_PARTS,
    lists=CLOSES,
)

CLOSE_STALLED: Final = Script(
    "close_stalled",
    """
local id, generation, slow_ms, reason = unpack(ARGV, 3)
local v, at = redis.call('HMGET', I.c, 'ge', 'ss'), now()
if v[1] ~= generation or not v[2] or at - v[2] < tonumber(slow_ms) then return 0 end
if close(I, id, 1008, reason, at) then return 1 end
return 0
""",
    keys=ALL_PARTS,
    lists=CLOSES,
)

DUE: Final = Script(
    "due",
    """
local most, own, lease_ms = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local at, lapsed = now(), 0
local dead = redis.call('ZRANGEBYSCORE', S.nodes, '-inf', at, 'WITHSCORES', 'LIMIT', 0, 1)
local mine = redis.call('ZSCORE', S.nodes, own)
if not mine or tonumber(mine) <= at then
  if mine or all_have_lapsed(at) then be_quiet(at, lease_ms) end
  redis.call('ZADD', S.nodes, at + lease_ms, own)
  lapsed = 1
end
local found = {lapsed, redis.call('ZCARD', S.ends), redis.call('ZCARD', S.open), redis.call('ZCARD', S.pending),
  '', '0', {}, {}, {}}
if is_quiet(at) then return found end
if dead[1] then
  found[5], found[6] = dead[1], dead[2]
  local members = redis.call('ZRANGEBYLEX', S.hosted, '[' .. dead[1] .. ' ', '(' .. dead[1] .. '!', 'LIMIT', 0, most)
  for i, member in ipairs(members) do found[7][i] = string.sub(member, #dead[1] + 2) end
end
found[8] = redis.call('ZRANGEBYSCORE', S.detached, '-inf', at, 'LIMIT', 0, most)
found[9] = redis.call('ZRANGEBYSCORE', S.pending, '-inf', at, 'LIMIT', 0, most)
return found
""",
    lists="nodes quiet open pending detached hosted ends",
)
"""Whoever looks is alive: its own lease is renewed when it has lapsed, or was given up. Redis may have been away
for all nodes then, so nobody is given up, and no window counts as over, until each had time to renew its lease."""

GIVE_UP: Final = Script(
    "give_up",
    """
local id, node, lease_end, reason = unpack(ARGV, 3)
local at = now()
local until_then = redis.call('ZSCORE', S.nodes, node)
if is_quiet(at) or (until_then and tonumber(until_then) > at) then return 0 end
redis.call('ZREM', S.hosted, hosted(node, id))
local v = redis.call('HMGET', I.c, 'st', 'no', 'wi', 'pn')
if v[1] == 'p' and v[4] == node and end_pending(I, id, reason, at) then return 1 end
if v[1] == 'o' and v[2] == node then
  detach(I, id, tonumber(lease_end), tonumber(v[3]))
  publish('n:' .. node, 'p ' .. id)
end
return 0
""",
    keys=ALL_PARTS,
    lists=f"nodes quiet detached {ENDS_PENDING}",
)
"""A connection of a node whose lease is over: it has no stream since then, or was never accepted, and has ended. A node
that was only away hears so before the broadcasts that come after what it is not told of from here on."""

GIVEN_UP: Final = Script(
    "given_up",
    """
local node, at = ARGV[3], now()
local until_then = redis.call('ZSCORE', S.nodes, node)
if is_quiet(at) or not until_then or tonumber(until_then) > at then return 0 end
if redis.call('ZLEXCOUNT', S.hosted, '[' .. node .. ' ', '(' .. node .. '!') > 0 then return 0 end
redis.call('ZREM', S.nodes, node)
return 0
""",
    lists="nodes quiet hosted",
)

END_WINDOW: Final = Script(
    "end_window",
    """
local id, reason = unpack(ARGV, 3)
local at, over = now(), redis.call('ZSCORE', S.detached, id)
if is_quiet(at) or not over or tonumber(over) > at then return 0 end
if close(I, id, 1006, reason, at) then return 1 end
redis.call('ZREM', S.detached, id)
return 0
""",
    keys=ALL_PARTS,
    lists=f"quiet {CLOSES}",
)

LEAVE_PENDING: Final = Script(
    "leave_pending",
    """
local id, reason = unpack(ARGV, 3)
local at, over = now(), redis.call('ZSCORE', S.pending, id)
if is_quiet(at) or not over or tonumber(over) > at then return 0 end
if end_pending(I, id, reason, at) then return 1 end
redis.call('ZREM', S.pending, id)
return 0
""",
    keys=ALL_PARTS,
    lists=f"quiet {ENDS_PENDING}",
)
"""A connection whose `$connect` ran, or did not, and whose node never said."""

END_PENDING: Final = Script(
    "end_pending",
    """
local id, reason = unpack(ARGV, 3)
if end_pending(I, id, reason, now()) or close(I, id, 1006, reason, now()) then return 1 end
return 0
""",
    keys=ALL_PARTS,
    lists=f"{ENDS_PENDING} {CLOSES}",
)
"""Whether or not it was accepted: whoever asked for that had no answer."""

UNTOLD: Final = Script(
    "untold",
    """
local most, at = tonumber(ARGV[3]), now()
local lost = redis.call('ZRANGEBYSCORE', S.telling, '-inf', at, 'LIMIT', 0, most)
for _, id in ipairs(lost) do redis.call('ZREM', S.telling, id) end
return {redis.call('ZRANGE', S.ends, 0, most - 1), lost}
""",
    lists="ends telling",
)

BEGIN_TELLING: Final = Script(
    "begin_telling",
    """
local id, lost_ms, node = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local v = redis.call('HMGET', I.c, 'cc', 'cr', 'te')
if redis.call('ZREM', S.ends, id) == 0 and (v[3] ~= node or not redis.call('ZSCORE', S.telling, id)) then
  return false
end
redis.call('ZADD', S.telling, now() + lost_ms, id)
if not v[1] then return false end
redis.call('HSET', I.c, 'te', node)
return {v[1], v[2], redis.call('HGETALL', I.a), redis.call('GET', I.v) or ''}
""",
    keys="c a v",
    lists="ends telling",
)
"""An end is taken out of the list before it is told: whoever takes it tells it, and nobody else ever does. A node that
was not answered asks again, and is told what it took."""

TOLD: Final = Script(
    "told",
    f"""
local id = ARGV[3]
redis.call('ZREM', S.telling, id)
forget(I, id)
redis.call('DEL', I.v, I.k, I.l)
redis.call('PEXPIRE', I.c, {ENDED_MS})
redis.call('PEXPIRE', I.s, {ENDED_MS})
return 1
""",
    keys=ALL_PARTS,
    lists=f"telling {FORGETS}",
)
