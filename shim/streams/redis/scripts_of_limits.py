"""What nodes count together: tokens of rates, and seats of whoever has connections. One key each."""

from __future__ import annotations

from typing import Final

from shim.streams.redis.lua import Script

TAKE_TOKENS: Final = Script(
    "take_tokens",
    """
local rate, burst, most = unpack(ARGV, 4)
rate, burst, most = tonumber(rate), tonumber(burst), tonumber(most)
local v, at = redis.call('HMGET', I.r, 'n', 'at'), now()
local tokens = tonumber(v[1]) or burst
if v[2] and at > tonumber(v[2]) then tokens = math.min(burst, tokens + (at - v[2]) * rate / 1000) end
local taken = math.max(0, math.min(most, math.floor(tokens)))
tokens = tokens - taken
redis.call('HSET', I.r, 'n', string.format('%.6f', tokens), 'at', string.format('%.0f', at))
redis.call('PEXPIRE', I.r, math.ceil(burst / rate * 1000) + 1000)
return {taken, math.ceil((1 - tokens) / rate * 1000)}
""",
    keys="r",
)
"""As many as there are, at most so many; and in how many milliseconds there is another one. What is forgotten is full
again by then."""

SEAT_MS: Final = 7 * 86_400_000
"""How long seats are remembered of which none was taken since."""

GRACE_MS: Final = 10_000
"""A seat is taken before there is a connection."""

TAKE_SEAT: Final = Script(
    "take_seat",
    f"""
local most, id, after = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local at = now()
if redis.call('ZCARD', I.n) < most or redis.call('ZSCORE', I.n, id) then
  redis.call('ZADD', I.n, string.format('%.0f', at), id)
  redis.call('PEXPIRE', I.n, {SEAT_MS})
  return {{1, {{}}}}
end
return {{0, redis.call('ZRANGEBYSCORE', I.n, '-inf', string.format('%.0f', at - {GRACE_MS}), 'LIMIT', after, 500)}}
""",
    keys="n",
)
"""Whether it is taken; if not, who has seats, from place `after` on: some may be gone whose node died."""

LEAVE_SEATS: Final = Script(
    "leave_seats",
    """
local ids = {unpack(ARGV, 4)}
if #ids == 0 then return 0 end
return redis.call('ZREM', I.n, unpack(ids))
""",
    keys="n",
)

ARE_CONNECTED: Final = Script(
    "are_connected",
    """
local found = {}
for n = 1, #KEYS do
  local state = redis.call('HGET', of(n).c, 'st')
  found[n] = (state == 'o' or state == 'p') and 1 or 0
end
return found
""",
    keys="c",
)
