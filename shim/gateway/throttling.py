"""Token buckets, as API Gateway throttles with them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
"""

from __future__ import annotations

from shim.gateway.limits import Throttle


class TokenBucket:
    """`burst` tokens at first; `rate_per_s` more each second, up to `burst`. Time is passed in.

    In any t seconds at most `burst + rate_per_s * t` are taken. A rate of 0 takes any number; with a burst below 1
    nothing is ever taken.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, throttle: Throttle) -> None:
        self._rate = throttle.rate_per_s
        self._burst = float(throttle.burst)
        self._tokens = self._burst
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Whether one more is allowed at `now`, in seconds. When the clock was set back it refills from there on."""
        if self._rate == 0:
            return True
        if self._at is not None and now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
