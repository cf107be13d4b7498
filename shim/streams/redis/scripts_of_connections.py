"""Opening, detaching, and writing again what Redis lost."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import ALL_PARTS, CLOSES, DAY_MS, FIRST_STREAM_MS, FORGETS, PENDING_MS, Script

OPEN: Final = Script(
    "open",
    f"""
local id, digest, epoch, window, most, state, node = unpack(ARGV, 3)
if redis.call('EXISTS', I.c) == 1 then return 'taken' end
if redis.call('ZCARD', S.pending) + redis.call('ZCARD', S.open) >= tonumber(most) then return 'full' end
local at, alive = now(), life()
redis.call('HSET', I.c, 'st', 'p', 'no', '', 'q', 0, 'f', 1, 'kb', 0, 'tb', 0, 'r', 0, 'rb', 0, 'tt', at,
  'la', at, 'wi', window, 'li', alive, 'ep', epoch, 'al', alive, 'dg', digest, 'oa', at, 'ge', 0, 'pn', node,
  'de', at, 'rc', 0)
redis.call('HSET', S.sessions, digest, id)
if state ~= '' then redis.call('SET', I.v, state, 'PX', {DAY_MS}) end
redis.call('ZADD', S.pending, at + {PENDING_MS}, id)
redis.call('ZADD', S.hosted, 0, hosted(node, id))
redis.call('PEXPIRE', I.c, {DAY_MS})
return 'ok'
""",
    keys="c v",
    lists="bn sessions pending open hosted",
)
"""What pushes read and write comes first in the hash: Redis looks for fields from the beginning.

`most`: what may be open in this partition. `node` is about to run `$connect`: when it dies before it says what came
of that, `$disconnect` is owed."""

ACTIVATE: Final = Script(
    "activate",
    f"""
local id = ARGV[3]
local v = redis.call('HMGET', I.c, 'st', 'wi', 'oa', 'pn')
if v[1] == 'o' then return 1 end
if v[1] ~= 'p' then return 0 end
local n = last_broadcast()
redis.call('HSET', I.c, 'st', 'o', 'rc', n, 'b0', n)
redis.call('HDEL', I.c, 'pn')
redis.call('ZREM', S.pending, id)
redis.call('ZREM', S.hosted, hosted(v[4] or '', id))
redis.call('ZADD', S.open, v[3], id)
detach(I, id, now(), math.max(tonumber(v[2]), {FIRST_STREAM_MS}))
return 1
""",
    keys="c",
    lists="bn pending open detached hosted",
)

ABANDON: Final = Script(
    "abandon",
    """
local id = ARGV[3]
local v = redis.call('HMGET', I.c, 'st', 'dg', 'pn')
if v[1] ~= 'p' then return 0 end
redis.call('ZREM', S.hosted, hosted(v[3] or '', id))
forget(I, id)
redis.call('DEL', I.c, I.v, I.k, I.l)
redis.call('HDEL', S.sessions, v[2])
redis.call('ZREM', S.pending, id)
return 1
""",
    keys=ALL_PARTS,
    lists=f"sessions pending hosted {FORGETS}",
)

DETACH: Final = Script(
    "detach",
    """
local id, generation, node, own, bytes, broadcast, taken, code, reason = unpack(ARGV, 3)
local v = redis.call('HMGET', I.c, 'st', 'ge', 'wi', 'no')
if v[4] ~= node then redis.call('ZREM', S.hosted, hosted(node, id)) end
if v[1] ~= 'o' or tonumber(v[2]) > tonumber(generation) then return 0 end
redis.call('ZREM', S.hosted, hosted(node, id))
if v[2] == generation then redis.call('HSET', I.c, 'r', own, 'rb', bytes, 'rc', broadcast, 'lb', taken) end
redis.call('HDEL', I.c, 'ss')
detach(I, id, now(), tonumber(v[3]))
if v[3] == '0' then close(I, id, code, reason, now()) return 1 end
return 0
""",
    keys=ALL_PARTS,
    lists=CLOSES,
)

READ_UP_TO: Final = Script(
    "read_up_to",
    """
local id, generation, own, bytes = unpack(ARGV, 3)
local v = redis.call('HMGET', I.c, 'ge', 'r')
if v[1] ~= generation or tonumber(own) <= tonumber(v[2]) then return 0 end
redis.call('HSET', I.c, 'r', own, 'rb', bytes)
redis.call('HDEL', I.c, 'ss')
return 1
""",
    keys="c",
)

RESTORE: Final = Script(
    "restore",
    f"""
local id, node, generation, digest, epoch, window, opened, state, lost, former = unpack(ARGV, 3)
local there, alive = redis.call('HMGET', I.c, 'ge', 'ep', 'rl'), life()
if there[1] and tonumber(there[1]) > tonumber(generation) then return false end
if there[2] == epoch then return alive end
if there[1] and there[2] ~= lost and there[3] == alive then return false end
redis.call('DEL', I.s)
redis.call('ZREM', S.pending, id)
redis.call('ZREM', S.detached, id)
local at, n = now(), last_broadcast()
redis.call('HSET', I.c, 'st', 'o', 'no', node, 'q', 0, 'f', 1, 'kb', 0, 'tb', 0, 'r', 0, 'rb', 0, 'tt', at,
  'la', at, 'wi', window, 'li', alive, 'ep', epoch, 'al', alive, 'rl', alive, 'dg', digest, 'pe', former,
  'oa', opened, 'ge', generation, 'de', '', 'rc', n, 'lb', n, 'b0', n)
redis.call('HSET', S.sessions, digest, id)
if state ~= '' then redis.call('SET', I.v, state, 'PX', {DAY_MS}) end
redis.call('ZADD', S.open, opened, id)
redis.call('ZADD', S.hosted, 0, hosted(node, id))
redis.call('PEXPIRE', I.c, {DAY_MS})
return alive
""",
    keys="c s v",
    lists="bn sessions pending open detached hosted",
)
