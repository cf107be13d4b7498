"""What applications and faces keep and ask."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, FORGETS, Script

TOUCH: Final = Script(
    "touch",
    """
if redis.call('HGET', I.c, 'st') ~= 'o' then return 0 end
redis.call('HSET', I.c, 'la', now())
return 1
""",
    keys="c",
)

ANNOTATE: Final = Script(
    "annotate",
    f"""
local id = ARGV[3]
local state = redis.call('HGET', I.c, 'st')
if state ~= 'o' and state ~= 'p' then return 0 end
local place = redis.call('ZSCORE', S.annotated, id)
if not place then
  local t = redis.call('TIME')
  place = t[1] * 1000000 + t[2]
  redis.call('ZADD', S.annotated, place, id)
end
for i = 4, #ARGV, 3 do
  local name, json, scalar = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local before = redis.call('HGET', I.a, name)
  if before ~= json then
    if before then redis.call('ZREM', S.by, entry(name, before, place, id)) end
    redis.call('HSET', I.a, name, json)
    if scalar == '1' then redis.call('ZADD', S.by, 0, entry(name, json, place, id)) end
  end
end
redis.call('PEXPIRE', I.a, {DAY_MS})
return 1
""",
    keys="c a",
    lists=FORGETS,
)
"""Its place among all that are annotated is the microsecond in which it first was."""

FORGET: Final = Script("forget", "forget(I, ARGV[3]) return 1", keys="a", lists=FORGETS)

FIND: Final = Script("find", "local ids, places = members(3) return {places, ids}", lists=FORGETS)
"""Those that are equal in all attributes by which there is an index; `MANY_ATTRIBUTES` says what they have."""

MANY_ATTRIBUTES: Final = Script(
    "many_attributes",
    """
local found = {}
for n = 1, #KEYS do found[n] = redis.call('HGETALL', KEYS[n]) end
return found
""",
    keys="a",
)

POPULATION: Final = Script(
    "population", "return redis.call('ZCARD', S.open) + redis.call('ZCARD', S.pending)", lists="open pending"
)

OPEN_IDS: Final = Script("open_ids", "return redis.call('ZRANGE', S.open, ARGV[3], ARGV[4])", lists="open")

SNAPSHOTS: Final = Script(
    "snapshots",
    """
local found = {}
for n = 1, #KEYS do found[n] = redis.call('HMGET', KEYS[n], 'oa', 'la', 'no', 'q', 'tb', 'rb', 'kb', 'f') end
return found
""",
    keys="c",
)

INFO: Final = Script(
    "info",
    """
local v = redis.call('HMGET', I.c, 'st', 'oa', 'la', 'ep')
if v[1] ~= 'o' then return false end
return {v[2], v[3], v[4]}
""",
    keys="c",
)

STATE: Final = Script("state", "return redis.call('GET', I.v)", keys="v")

KEPT: Final = Script(
    "kept",
    """
if redis.call('HGET', I.c, 'st') ~= 'o' then return false end
return redis.call('XRANGE', I.s, '-', '+')
""",
    keys="c s",
)

SESSION: Final = Script("session", "return redis.call('HGET', S.sessions, ARGV[3])", lists="sessions")

ATTRIBUTES: Final = Script("attributes", "return redis.call('HGETALL', I.a)", keys="a")
