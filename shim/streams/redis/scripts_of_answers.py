"""What messages were answered whose senders waited for it, for those who send one again at another node."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import Script

KEEP_ANSWER: Final = Script(
    "keep_answer",
    """
local name, value, most_bytes, kept_ms = unpack(ARGV, 4)
if redis.call('HGET', I.c, 'st') ~= 'o' then return 0 end
local head, size = name .. '\\n', 0
for _, one in ipairs(redis.call('LRANGE', I.w, 0, -1)) do
  if string.sub(one, 1, #head) == head then redis.call('LREM', I.w, 0, one) end
end
redis.call('LPUSH', I.w, head .. value)
for i, one in ipairs(redis.call('LRANGE', I.w, 0, -1)) do
  size = size + #one
  if i > 1 and size > tonumber(most_bytes) then
    redis.call('LTRIM', I.w, 0, i - 2)
    break
  end
end
redis.call('PEXPIRE', I.w, kept_ms)
return 1
""",
    keys="c w",
)
"""The latest first, in at most so many bytes."""

FIND_ANSWER: Final = Script(
    "find_answer",
    """
local head = ARGV[4] .. '\\n'
for _, one in ipairs(redis.call('LRANGE', I.w, 0, -1)) do
  if string.sub(one, 1, #head) == head then return string.sub(one, #head + 1) end
end
return ''
""",
    keys="w",
)
