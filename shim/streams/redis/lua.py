"""Scripts that Redis runs: what has to be atomic.

Each is called with the key of the connection that it is about, if there is one, and with two arguments before its own:
milliseconds to add to the server's time, and the prefix of all keys. Times are the server's, in milliseconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

DAY_MS: Final = 86_400_000
"""How long anything outlives the last node. Nodes renew it."""

ENDED_MS: Final = 60_000
"""How long a connection is kept whose end was told: for the node that still writes its last messages."""

PENDING_MS: Final = 900_000
"""How long a connection may wait for its `$connect`; longer, and its node has died."""

FIRST_STREAM_MS: Final = 5_000
"""As `shim.streams.connection.FIRST_STREAM_WITHIN_S`."""

LIBRARY: Final = f"""
local OFFSET, P = tonumber(ARGV[1]), ARGV[2]
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000) + OFFSET
end
local function key(id, part) return P .. ':{{' .. id .. '}}:' .. part end
local function last_broadcast() return tonumber(redis.call('HGET', P .. ':bn', 'n') or '0') end
local function expire(id, ms)
  for _, part in ipairs({{'c', 's', 'a', 'v', 'k', 'l'}}) do redis.call('PEXPIRE', key(id, part), ms) end
end
local function index(name, json) return P .. ':by:' .. redis.sha1hex(name .. '\\0' .. json) end
local function forget(id)
  local kept = redis.call('HGETALL', key(id, 'a'))
  for i = 1, #kept, 2 do redis.call('ZREM', index(kept[i], kept[i + 1]), id) end
  if #kept > 0 then redis.call('DEL', key(id, 'a')) end
  redis.call('ZREM', P .. ':annotated', id)
end
local function close(id, code, reason, at)
  local c = key(id, 'c')
  local v = redis.call('HMGET', c, 'st', 'dg', 'no', 'q')
  if v[1] ~= 'o' then return false end
  redis.call('HSET', c, 'st', 'c', 'cc', code, 'cr', reason)
  redis.call('ZREM', P .. ':open', id)
  redis.call('ZREM', P .. ':detached', id)
  redis.call('DEL', P .. ':session:' .. v[2])
  redis.call('ZADD', P .. ':ends', at, id)
  expire(id, {DAY_MS})
  if v[3] ~= '' then
    redis.call('SREM', P .. ':hosted:' .. v[3], id)
    local words = table.concat({{'c', id, v[4], last_broadcast(), code}}, ' ')
    redis.call('PUBLISH', P .. ':n:' .. v[3], words .. '\\n' .. reason)
  end
  return true
end
local function be_quiet(at, ms) redis.call('SET', P .. ':quiet', at + ms, 'PX', ms) end
local function is_quiet(at) return at < tonumber(redis.call('GET', P .. ':quiet') or '0') end
local function detach(id, at, window)
  redis.call('HSET', key(id, 'c'), 'no', '', 'de', at)
  redis.call('ZADD', P .. ':detached', at + window, id)
end
"""


@dataclass(frozen=True, slots=True)
class Script:
    """`text`: of Lua, without the library."""

    name: str
    text: str
    whole: str = field(init=False)
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        whole = LIBRARY + self.text
        object.__setattr__(self, "whole", whole)
        object.__setattr__(self, "sha", hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest())
