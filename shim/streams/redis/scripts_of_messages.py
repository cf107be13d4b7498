"""Sending, broadcasting and reading."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import DAY_MS, FORGETS, Script

KNOWN_MS: Final = 300_000
"""How long a call is known after the last one, so that a repeat of it does nothing."""

KNOWN_BYTES: Final = 1_088
"""Of the latest calls of one connection, or of broadcasts: 64 of them."""

_REPEATED: Final = """
local function repeated(name, invocation)
  local known = redis.call('GET', name) or ' '
  return string.find(known, ' ' .. invocation .. ' ', 1, true), known
end
"""

SEND: Final = Script(
    "send",
    f"""{_REPEATED}
local id, node, data, binary = unpack(ARGV, 3)
local most, most_bytes, keep_ms, slow_ms, invocation = unpack(ARGV, 7)
local v = redis.call('HMGET', I.c, 'st', 'no', 'q', 'f', 'kb', 'tb', 'r', 'rb', 'tt', 'wi', 'li', 'ep')
if v[1] ~= 'o' then return {{'gone'}} end
local again, known
if invocation ~= '' then again, known = repeated(I.i, invocation) end
if again then
  if v[2] ~= '' then publish('n:' .. v[2], 'p ' .. id) end
  return {{'again'}}
end
most, most_bytes, keep_ms = tonumber(most), tonumber(most_bytes), tonumber(keep_ms)
local at, size, host = now(), #data, v[2]
local q, first, kept, total, read = tonumber(v[3]), tonumber(v[4]), tonumber(v[5]), tonumber(v[6]), tonumber(v[7])
local unread_bytes = total - v[8]
if host ~= '' and q > read and (q - read >= most or unread_bytes + size > most_bytes) then
  redis.call('HSETNX', I.c, 'ss', at)
  if host ~= node then publish('n:' .. host, 'a ' .. id) end
  return {{'slow', unread_bytes, host}}
end
local b = redis.call('HMGET', S.bn, 'n', 'li')
local k, alive = b[1] or 0, b[2] or ''
if v[11] ~= alive then
  local known = redis.call('HGET', I.c, 'fk')
  redis.call('HSET', I.c, 'li', alive, 'fk', lived(alive, {{li = v[11], q = q, fk = known or ''}}))
end
q = q + 1
local number, sent_at = string.format('%d', q), string.format('%d', at)
redis.call('XADD', I.s, number .. '-0', 'd', data, 'k', k, 't', v[6], 'm', sent_at, 'b', binary)
kept = kept + size
local function drop_oldest(if_older)
  local oldest = redis.call('XRANGE', I.s, '-', '+', 'COUNT', 1)[1]
  local seq = tonumber(string.match(oldest[1], '^%d+'))
  if if_older and (seq > read or tonumber(oldest[2][8]) >= if_older) then return false end
  if seq >= q then first, kept = q, size return false end
  redis.call('XDEL', I.s, oldest[1])
  kept, first = kept - #oldest[2][2], seq + 1
  return true
end
while (kept > most_bytes or q - first + 1 > most) and first < q do
  if not drop_oldest() then break end
end
local looked = v[9]
if q == 1 or at - looked > keep_ms / 4 then
  local more = true
  while more do more = drop_oldest(at - keep_ms) end
  redis.call('PEXPIRE', I.s, math.max(2 * keep_ms, tonumber(v[10]) + 2 * slow_ms + 60000))
  looked = sent_at
end
redis.call('HSET', I.c, 'q', number, 'f', string.format('%d', first), 'kb', string.format('%d', kept),
  'tb', string.format('%d', total + size), 'la', sent_at, 'tt', looked)
if host ~= '' and host ~= node then
  publish('n:' .. host, table.concat({{'m', id, number, k, binary, sent_at, v[6], v[12], alive}}, ' ') .. '\\n' .. data)
end
if known then
  redis.call('SET', I.i, string.sub(known .. invocation .. ' ', -{KNOWN_BYTES}), 'PX', {KNOWN_MS})
end
return {{'ok', q, k, host, at, total, v[12], alive}}
""",
    keys="c s i",
    lists="bn",
)
"""What the node sends that has the stream is not published: its answer tells. Whoever repeats a call may have had none,
so that node looks then. Numbers are handed on as text: Redis makes text of them with 17 digits, which takes longer."""

BROADCAST: Final = Script(
    "broadcast",
    f"""{_REPEATED}
local data, whom, recipients, most, most_bytes, invocation = unpack(ARGV, 3, 8)
local sent = 0
local again, known
if invocation ~= '' then again, known = repeated(S.calls, invocation) end
if again then return 0 end
if whom == 'all' then
  sent = redis.call('ZCARD', S.open)
else
  local ids = {{}}
  if whom == 'group' then
    ids = members(9)
    recipients = table.concat(ids, '\\n')
  else
    for id in string.gmatch(recipients, '[^\\n]+') do ids[#ids + 1] = id end
  end
  for i = 1, #ids, 1000 do
    for _, score in ipairs(redis.call('ZMSCORE', S.open, unpack(ids, i, math.min(i + 999, #ids)))) do
      if score then sent = sent + 1 end
    end
  end
end
if sent == 0 then return 0 end
local at, size = now(), #data + #recipients
local v = redis.call('HMGET', S.bn, 'n', 'kb', 'f', 'li')
local n, kept, first = (tonumber(v[1]) or 0) + 1, (tonumber(v[2]) or 0) + size, tonumber(v[3]) or 1
redis.call('XADD', S.b, n .. '-0', 'd', data, 'to', recipients, 'm', at)
while (kept > tonumber(most_bytes) or n - first + 1 > tonumber(most)) and first < n do
  local oldest = redis.call('XRANGE', S.b, '-', '+', 'COUNT', 1)[1]
  local number = tonumber(string.match(oldest[1], '^%d+'))
  if number == n then first, kept = n, size break end
  redis.call('XDEL', S.b, oldest[1])
  kept, first = kept - #oldest[2][2] - #oldest[2][4], number + 1
end
redis.call('HSET', S.bn, 'n', n, 'kb', kept, 'f', first)
if n == 1 then
  redis.call('PEXPIRE', S.bn, {DAY_MS})
  redis.call('PEXPIRE', S.b, {DAY_MS})
end
if known then
  redis.call('SET', S.calls, string.sub(known .. invocation .. ' ', -{KNOWN_BYTES}), 'PX', {KNOWN_MS})
end
publish('broadcast', table.concat({{'b', n, at, #recipients, v[4] or ''}}, ' ') .. '\\n' .. recipients .. data)
return sent
""",
    lists=f"bn b open calls {FORGETS}",
)

_READ: Final = """
local after, most_bytes = ARGV[#ARGV - 1], tonumber(ARGV[#ARGV])
local found, size = {}, 0
repeat
  local some = redis.call('XRANGE', KEYS[1], '(' .. after .. '-0', '+', 'COUNT', 10)
  for _, entry in ipairs(some) do
    found[#found + 1] = entry
    size = size + #entry[2][2]
    after = string.match(entry[1], '^%d+')
    if size >= most_bytes then return found end
  end
until #some < 10
return found
"""

READ_OWN: Final = Script("read_own", _READ, keys="s")

READ_BROADCASTS: Final = Script("read_broadcasts", _READ, lists="b")
