"""Where a stream goes on: one that begins, and one whose node finds another server, or the same one started again.

A partition keeps the lives that it had, the latest first, each with the number of its last broadcast that is left
(`an`); a connection, with that of its last message that is left, those in which something was sent (`fk`). So of each
place that a client has been in it is known up to where it and this life are the same.
"""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import Script

_RESUME: Final = """
local function shared_with(alive, b, v)
  local found, order, latest, oldest = {}, {}, nil, 0
  for life, n in string.gmatch(b.an or '', '(%w+):(%d+)') do
    order[#order + 1] = {life = life, place = #order + 1, broadcast = tonumber(n)}
    found[life] = order[#order]
  end
  for life, q in string.gmatch(lived(alive, v), '(%w+):(%d+)') do
    latest = latest or tonumber(q)
    if found[life] then found[life].own, oldest = tonumber(q), math.max(oldest, found[life].place) end
  end
  local own
  for i = #order, 1, -1 do
    own = order[i].own or own
    order[i].own = own
  end
  own = 0
  for _, one in ipairs(order) do
    own = one.own or own
    one.own = own
  end
  local left = {own = latest or 0, broadcast = order[1] and order[1].broadcast or 0}
  for i = #order, oldest + 1, -1 do order[i] = nil end
  return found, left, order
end
local function resume(alive, b, v, cursor)
  local q, n = tonumber(v.q), tonumber(b.n or 0)
  local shared, left, order = shared_with(alive, b, v)
  shared[alive] = {place = 0, own = q, broadcast = n}
  local found = {own = -1, broadcast = -1, left = left, places = {}, between = {}}
  local most, most_broadcast, nearest = 0, 0, #order + 1
  for epoch, life, own, broadcast in string.gmatch(cursor, '(%S+) (%S+) (%S+) (%S+)') do
    if life == '-' then life, broadcast = alive, v.b0 end
    own, broadcast = tonumber(own), tonumber(broadcast)
    local is_known, both = epoch == v.ep, shared[life] or {own = 0, broadcast = 0}
    found.first = found.first or {is_here = is_known and life == alive, own = own, broadcast = broadcast}
    found.is_former = found.is_former or string.find(' ' .. (v.pe or '') .. ' ', ' ' .. epoch .. ' ', 1, true) ~= nil
    if is_known then
      found.is_known, most, most_broadcast = true, math.max(most, own), math.max(most_broadcast, broadcast)
    end
    if is_known and shared[life] then
      nearest, found.own = math.min(nearest, both.place), math.max(found.own, math.min(own, both.own))
    end
    if shared[life] then found.broadcast = math.max(found.broadcast, math.min(broadcast, both.broadcast)) end
    table.insert(found.places, {is_known and both.own or 0, both.broadcast})
  end
  for i = 1, nearest - 1 do table.insert(found.between, {order[i].life, order[i].own, order[i].broadcast}) end
  if found.own < 0 then found.own = math.min(most, left.own) end
  if found.broadcast < 0 then found.broadcast = math.min(most_broadcast, left.broadcast) end
  return found
end
local function bytes_up_to(I, v, own)
  if own < tonumber(v.q) then
    local next = redis.call('XRANGE', I.s, '(' .. own .. '-0', '+', 'COUNT', 1)
    if next[1] then return next[1][2][6] end
  end
  return v.tb
end
"""
"""A life in which nothing was sent to the connection ends where the one before did; one that is too long ago to be
known ends where the oldest known one did, so that nothing comes again. So it is, too, where none is known in which the
client was: then it goes on after the most that it ever had. `between`: those since the latest one in which it was."""

ATTACH: Final = Script(
    "attach",
    f"""{_RESUME}
local id, node, cursor = unpack(ARGV, 3)
local v = fields(I.c, {{'st', 'ge', 'no', 'ep', 'q', 'r', 'rc', 'tb', 'dg', 'wi', 'oa', 'b0', 'ln', 'li', 'al', 'fk',
  'lb', 'pe'}})
if v.st ~= 'o' then return false end
local b = fields(S.bn, {{'n', 'li', 'an'}})
local generation, n, alive, q = math.max(v.ge + 1, now()), tonumber(b.n or 0), b.li or '', tonumber(v.q)
if v.no ~= '' then
  redis.call('ZREM', S.hosted, hosted(v.no, id))
  if v.no ~= node then publish('n:' .. v.no, 'x ' .. id .. ' ' .. generation) end
end
local at = resume(alive, b, v, cursor)
local known = at.is_known
local own, broadcast, lost = at.own, at.broadcast, v.al ~= alive or (known and not at.first.is_here)
if not known and at.is_former then
  lost, own, broadcast = true, 0, tonumber(v.b0)
elseif not known or (not lost and (at.first.own > q or at.first.broadcast > n)) then
  own, broadcast = tonumber(v.r), tonumber(v.rc)
  if lost then own, broadcast = math.min(own, at.left.own), math.min(broadcast, at.left.broadcast) end
elseif not lost and v.lb and broadcast >= tonumber(v.lb) then
  broadcast = math.max(broadcast, tonumber(v.rc))
end
local read_bytes = bytes_up_to(I, v, own)
redis.call('HSET', I.c, 'ge', generation, 'no', node, 'ln', node, 'de', '', 'r', own, 'rb', read_bytes, 'rc', broadcast,
  'li', alive, 'al', alive, 'fk', lived(alive, v))
redis.call('HDEL', I.c, 'ss')
redis.call('ZREM', S.detached, id)
redis.call('ZADD', S.hosted, 0, hosted(node, id))
return {{generation, v.ep, q, own, broadcast, read_bytes, n, v.dg, v.wi, v.oa, v.b0,
  redis.call('GET', I.v) or '', redis.call('HGETALL', I.a), alive, lost and 1 or 0,
  v.ln or '', v.lb or v.b0, v.pe or '', at.places, at.between}}
""",
    keys="c s v a",
    lists="bn hosted detached",
)
"""`cursor`: the places in which the client was, the one in which it got its last event first. Of another life than this
it may have seen what is lost, and may lack what is lost too: it is told, and gets what was left, and all that came
since. A generation is a time, so that it is later than those that Redis forgot. A client that has the last broadcast
that its streams took has missed none of those that they passed over since, which were for others."""

RELIVE: Final = Script(
    "relive",
    f"""{_RESUME}
local id, generation, cursor = unpack(ARGV, 3)
local v = fields(I.c, {{'st', 'ge', 'ep', 'q', 'tb', 'b0', 'li', 'fk', 'pe'}})
if not v.st or v.st == 'p' or tonumber(v.ge) > tonumber(generation) then return false end
local b = fields(S.bn, {{'n', 'li', 'an'}})
local alive = b.li or ''
local at = resume(alive, b, v, cursor)
if not at.is_known then return false end
local read_bytes = bytes_up_to(I, v, at.own)
if v.st == 'o' then
  redis.call('HSET', I.c, 'r', at.own, 'rb', read_bytes, 'rc', at.broadcast, 'li', alive, 'al', alive,
    'fk', lived(alive, v))
end
return {{alive, v.ep, at.own, read_bytes, at.broadcast, v.q, at.places, at.between}}
""",
    keys="c s",
    lists="bn",
)
"""Of a stream of another life, which goes on as one that begins does. Nothing, when it has become another one's."""
