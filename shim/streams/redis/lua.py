"""Scripts that Redis runs: what has to be atomic.

Each says which keys it touches, and is called with all of them: those of the lists that a partition has (`S`, by name),
then those of each connection that it is about (`I` for the first, `of(n)` for the nth). Its arguments are milliseconds
to add to the server's time, what keys and channels begin with, the ids of these connections, and then its own. Times
are the server's, in milliseconds.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

DAY_MS: Final = 86_400_000
"""How long anything outlives the last node. Nodes renew it."""

KEEP_EVERY_S: Final = 6 * 3600.0
"""How often they do, for what they have themselves. What nobody has any more is kept for the rest of the day."""

ENDED_MS: Final = 60_000
"""How long a connection is kept whose end was told: for the node that still writes its last messages."""

PENDING_MS: Final = 900_000
"""How long a connection may wait for its `$connect`; longer, and its node has died."""

FIRST_STREAM_MS: Final = 5_000
"""As `shim.streams.connection.FIRST_STREAM_WITHIN_S`."""

ALL_PARTS: Final = "c s a v k l"
"""Of a connection: what it is (a hash), its messages (a stream), what is kept beside it, what `open` was given, answers
by idempotency key, and their order."""

CLOSES: Final = "bn open detached sessions ends hosted"
"""What `close` touches, beside all parts of the connection."""

ENDS_PENDING: Final = "pending sessions ends hosted"
"""What `end_pending` touches, beside all parts of the connection."""

FORGETS: Final = "annotated by"

ALL_LISTS: Final = "bn b open pending detached sessions ends telling nodes hosted annotated by"

MOST_LIVES: Final = 16
"""That are known of a partition, and of a connection, before the one in which it is: each with where it ended."""

LIBRARY: Final = f"""
local OFFSET, P = tonumber(ARGV[1]), ARGV[2]
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000) + OFFSET
end
local function publish(channel, message) redis.call('SPUBLISH', P .. ':' .. channel, message) end
local function life() return redis.call('HGET', S.bn, 'li') or '' end
local function last_broadcast() return tonumber(redis.call('HGET', S.bn, 'n') or '0') end
local function fields(name, names)
  local found, v = redis.call('HMGET', name, unpack(names)), {{}}
  for i, field in ipairs(names) do v[field] = found[i] end
  return v
end
local function newest(first, more)
  local found = {{first}}
  for one in string.gmatch(more or '', '%S+') do
    if #found < {MOST_LIVES} then found[#found + 1] = one end
  end
  return table.concat(found, ' ')
end
local function lived(alive, v)
  if v.li == alive then return v.fk or '' end
  return newest(v.li .. ':' .. v.q, v.fk)
end
local function expire(I, ms)
  for _, name in pairs(I) do redis.call('PEXPIRE', name, ms) end
end
local function hosted(node, id) return node .. ' ' .. id end
local function indexed(name, json) return string.sub(redis.sha1hex(name .. '\\0' .. json), 1, 32) end
local function entry(name, json, place, id) return indexed(name, json) .. string.format('%016.0f', place) .. id end
local function select_by(ids, places, name, json)
  local found, found_places = {{}}, {{}}
  for i = 1, #ids, 1000 do
    local entries = {{}}
    for j = i, math.min(i + 999, #ids) do entries[#entries + 1] = entry(name, json, places[j], ids[j]) end
    for j, score in ipairs(redis.call('ZMSCORE', S.by, unpack(entries))) do
      if score then found[#found + 1], found_places[#found + 1] = ids[i + j - 1], places[i + j - 1] end
    end
  end
  return found, found_places
end
local function members(first)
  local fewest, at
  if #ARGV == first + 1 then at = first end
  for i = first, at and 0 or #ARGV, 2 do
    local name = indexed(ARGV[i], ARGV[i + 1])
    local count = redis.call('ZLEXCOUNT', S.by, '[' .. name, '(' .. name .. ':')
    if not fewest or count < fewest then fewest, at = count, i end
  end
  local ids, places = {{}}, {{}}
  if not at then
    local all = redis.call('ZRANGE', S.annotated, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do ids[#ids + 1], places[#ids + 1] = all[i], all[i + 1] end
    return ids, places
  end
  local name = indexed(ARGV[at], ARGV[at + 1])
  for i, member in ipairs(redis.call('ZRANGEBYLEX', S.by, '[' .. name, '(' .. name .. ':')) do
    ids[i], places[i] = string.sub(member, 49), string.sub(member, 33, 48)
  end
  for i = first, #ARGV, 2 do
    if i ~= at then ids, places = select_by(ids, places, ARGV[i], ARGV[i + 1]) end
  end
  return ids, places
end
local function forget(I, id)
  local place = redis.call('ZSCORE', S.annotated, id)
  if not place then return end
  local kept = redis.call('HGETALL', I.a)
  for i = 1, #kept, 2 do redis.call('ZREM', S.by, entry(kept[i], kept[i + 1], place, id)) end
  redis.call('DEL', I.a)
  redis.call('ZREM', S.annotated, id)
end
local function close(I, id, code, reason, at)
  local v = redis.call('HMGET', I.c, 'st', 'dg', 'no', 'q')
  if v[1] ~= 'o' then return false end
  redis.call('HSET', I.c, 'st', 'c', 'cc', code, 'cr', reason, 'cb', last_broadcast())
  redis.call('ZREM', S.open, id)
  redis.call('ZREM', S.detached, id)
  redis.call('HDEL', S.sessions, v[2])
  redis.call('ZADD', S.ends, at, id)
  expire(I, {DAY_MS})
  if v[3] ~= '' then
    redis.call('ZREM', S.hosted, hosted(v[3], id))
    publish('n:' .. v[3], table.concat({{'c', id, v[4], last_broadcast(), code}}, ' ') .. '\\n' .. reason)
  end
  return true
end
local function end_pending(I, id, reason, at)
  local v = redis.call('HMGET', I.c, 'st', 'dg', 'pn')
  if v[1] ~= 'p' then return false end
  redis.call('HSET', I.c, 'st', 'c', 'cc', 1006, 'cr', reason)
  redis.call('ZREM', S.pending, id)
  redis.call('ZREM', S.hosted, hosted(v[3] or '', id))
  redis.call('HDEL', S.sessions, v[2])
  redis.call('ZADD', S.ends, at, id)
  expire(I, {DAY_MS})
  return true
end
local function be_quiet(at, ms) redis.call('SET', S.quiet, at + ms, 'PX', ms) end
local function all_have_lapsed(at)
  local last = redis.call('ZRANGE', S.nodes, -1, -1, 'WITHSCORES')
  return last[2] and tonumber(last[2]) <= at
end
local function is_quiet(at) return at < tonumber(redis.call('GET', S.quiet) or '0') end
local function detach(I, id, at, window)
  redis.call('HSET', I.c, 'no', '', 'de', at)
  redis.call('ZADD', S.detached, at + window, id)
end
"""


_PARTS: Final = re.split(r"^(?=local function )", LIBRARY, flags=re.MULTILINE)
"""What all begin with, and each function."""


def _with_library(text: str) -> str:
    """Only with what it calls: Redis makes all functions of a script anew each time it is run."""
    for part in reversed(_PARTS[1:]):
        name = part.removeprefix("local function ").partition("(")[0]
        if re.search(rf"\b{name}\b", text):
            text = part + text
    return _PARTS[0] + text


@dataclass(frozen=True, slots=True)
class Script:
    """`text`: of Lua, without the library. `keys`: the parts of each connection that it touches; `lists`: what else."""

    name: str
    text: str
    keys: str = ""
    lists: str = ""
    parts: tuple[str, ...] = field(init=False)
    shared: tuple[str, ...] = field(init=False)
    whole: str = field(init=False)
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.keys.split()))
        object.__setattr__(self, "shared", tuple(dict.fromkeys(self.lists.split())))
        whole = _names(self.shared, self.parts) + _with_library(self.text)
        object.__setattr__(self, "whole", whole)
        object.__setattr__(self, "sha", hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest())


def _names(shared: tuple[str, ...], parts: tuple[str, ...]) -> str:
    """`S`, `I` and `of`."""
    lists = ", ".join(f"{name} = KEYS[{place}]" for place, name in enumerate(shared, 1))
    of = ", ".join(f"{part} = KEYS[at + {place}]" for place, part in enumerate(parts, 1))
    return f"""
local S = {{{lists}}}
local function of(n)
  local at = {len(shared)} + (n - 1) * {len(parts)}
  return {{{of}}}
end
local I = of(1)
"""
