"""Sending, broadcasting and reading."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, Script

SEND: Final = Script(
    "send",
    """
local id, node, data, binary = unpack(ARGV, 3)
local most, most_bytes, keep_ms, slow_ms = unpack(ARGV, 7)
local c, s = key(id, 'c'), key(id, 's')
local v = redis.call('HMGET', c, 'st', 'no', 'q', 'f', 'kb', 'tb', 'r', 'rb', 'tt', 'wi')
if v[1] ~= 'o' then return {'gone'} end
most, most_bytes, keep_ms = tonumber(most), tonumber(most_bytes), tonumber(keep_ms)
local at, size, host = now(), #data, v[2]
local q, first, kept, total, read = tonumber(v[3]), tonumber(v[4]), tonumber(v[5]), tonumber(v[6]), tonumber(v[7])
local unread_bytes = total - v[8]
if host ~= '' and q > read and (q - read >= most or unread_bytes + size > most_bytes) then
  redis.call('HSETNX', c, 'ss', at)
  if host ~= node then redis.call('PUBLISH', P .. ':n:' .. host, 'a ' .. id) end
  return {'slow', unread_bytes, host}
end
q = q + 1
local k = last_broadcast()
redis.call('XADD', s, q .. '-0', 'd', data, 'k', k, 't', total, 'm', at, 'b', binary)
kept = kept + size
local function drop_oldest(if_older)
  local oldest = redis.call('XRANGE', s, '-', '+', 'COUNT', 1)[1]
  local seq = tonumber(string.match(oldest[1], '^%d+'))
  if if_older and (seq > read or tonumber(oldest[2][8]) >= if_older) then return false end
  if seq >= q then first, kept = q, size return false end
  redis.call('XDEL', s, oldest[1])
  kept, first = kept - #oldest[2][2], seq + 1
  return true
end
while (kept > most_bytes or q - first + 1 > most) and first < q do
  if not drop_oldest() then break end
end
local looked = tonumber(v[9])
if q == 1 or at - looked > keep_ms / 4 then
  local more = true
  while more do more = drop_oldest(at - keep_ms) end
  redis.call('PEXPIRE', s, math.max(2 * keep_ms, tonumber(v[10]) + 2 * slow_ms + 60000))
  looked = at
end
redis.call('HSET', c, 'q', q, 'f', first, 'kb', kept, 'tb', total + size, 'la', at, 'tt', looked)
if host ~= '' and host ~= node then
  redis.call('PUBLISH', P .. ':n:' .. host, table.concat({'m', id, q, k, binary, at, total}, ' ') .. '\\n' .. data)
end
return {'ok', q, k, host, at, total}
""",
)

BROADCAST: Final = Script(
    "broadcast",
    f"""
local data, whom, recipients, most, most_bytes = unpack(ARGV, 3, 7)
local bn, b, open = P .. ':bn', P .. ':b', P .. ':open'
local sent = 0
if whom == 'all' then
  sent = redis.call('ZCARD', open)
elseif whom == 'group' then
  local sets = {{open, P .. ':annotated'}}
  for i = 8, #ARGV, 2 do sets[i / 2 - 2] = index(ARGV[i], ARGV[i + 1]) end
  local members = redis.call('ZINTER', #sets, unpack(sets))
  sent, recipients = #members, table.concat(members, '\\n')
else
  local ids = {{}}
  for id in string.gmatch(recipients, '[^\\n]+') do ids[#ids + 1] = id end
  for i = 1, #ids, 1000 do
    for _, score in ipairs(redis.call('ZMSCORE', open, unpack(ids, i, math.min(i + 999, #ids)))) do
      if score then sent = sent + 1 end
    end
  end
end
if sent == 0 then return 0 end
local at, size = now(), #data + #recipients
local v = redis.call('HMGET', bn, 'n', 'kb', 'f')
local n, kept, first = (tonumber(v[1]) or 0) + 1, (tonumber(v[2]) or 0) + size, tonumber(v[3]) or 1
redis.call('XADD', b, n .. '-0', 'd', data, 'to', recipients, 'm', at)
while (kept > tonumber(most_bytes) or n - first + 1 > tonumber(most)) and first < n do
  local oldest = redis.call('XRANGE', b, '-', '+', 'COUNT', 1)[1]
  local number = tonumber(string.match(oldest[1], '^%d+'))
  if number == n then first, kept = n, size break end
  redis.call('XDEL', b, oldest[1])
  kept, first = kept - #oldest[2][2] - #oldest[2][4], number + 1
end
redis.call('HSET', bn, 'n', n, 'kb', kept, 'f', first)
if n == 1 then
  redis.call('PEXPIRE', bn, {DAY_MS})
  redis.call('PEXPIRE', b, {DAY_MS})
end
redis.call('PUBLISH', P .. ':broadcast', table.concat({{'b', n, at, #recipients}}, ' ') .. '\\n' .. recipients .. data)
return sent
""",
)

READ: Final = Script(
    "read",
    """
local name, after, most_bytes = unpack(ARGV, 3)
local found, size = {}, 0
repeat
  local some = redis.call('XRANGE', name, '(' .. after .. '-0', '+', 'COUNT', 10)
  for _, entry in ipairs(some) do
    found[#found + 1] = entry
    size = size + #entry[2][2]
    after = string.match(entry[1], '^%d+')
    if size >= tonumber(most_bytes) then return found end
  end
until #some < 10
return found
""",
)
