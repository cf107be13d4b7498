"""What one node asked of Redis, and what it found: plain numbers since the start, for whoever shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from shim.streams.distribution import Distribution

ROUND_TRIP_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)

Failure = Literal["away", "refused"]
"""`away`: no answer, or no connection. `refused`: an error that Redis gave as its answer."""

Face = Literal["sse", "websocket"]

Found = Literal["missed", "moved", "ended", "lost"]
"""What a comparison of positions may find: messages of which this node had not heard, a stream that others had taken,
an end that it had not heard, or a connection that Redis had lost."""


@dataclass(slots=True)
class RedisCounts:
    """Times are seconds that never go back. Worker threads count without a lock: they may lose one now and then."""

    round_trips: Distribution = field(default_factory=lambda: Distribution(ROUND_TRIP_S))
    """Seconds of each, of which one may carry many calls."""
    calls: int = 0
    failures: Counter[Failure] = field(default_factory=lambda: Counter(dict.fromkeys(get_args(Failure), 0)))
    """Round trips that failed, and calls that were refused."""
    away_since: float | None = None
    """None while Redis answers."""
    away_before_s: float = 0.0
    """How long it was away, all times but the present one."""
    late_renewals: int = 0
    """Of the lease of this node, which had ended meanwhile."""
    compared: int = 0
    """Positions."""
    found: Counter[Found] = field(default_factory=lambda: Counter(dict.fromkeys(get_args(Found), 0)))
    straight: int = 0
    """Messages that came with the wake-up, or that this node sent itself."""
    read: int = 0
    """Messages and broadcasts that had to be read from Redis."""
    gaps: int = 0
    """Of which clients of this node were told."""
    resumed: int = 0
    taken_over: int = 0
    """Of those that were resumed, whose last stream was at another node."""
    told: int = 0
    """Ends that this node told the application."""
    untold: int = 0
    """Ends that some node began to tell, and never finished."""
    hosted: Counter[Face] = field(default_factory=lambda: Counter(dict.fromkeys(get_args(Face), 0)))
    """Connections whose streams this node writes. Those that can't be resumed are WebSockets."""
    open_everywhere: int = 0
    """Connections of all nodes, as of about a second ago."""

    def answered(self, calls: int, seconds: float, now: float) -> None:
        """A round trip that went well."""
        self.calls += calls
        self.round_trips.add(seconds)
        if self.away_since is not None:
            self.away_before_s += now - self.away_since
            self.away_since = None

    def unanswered(self, now: float) -> None:
        self.failures["away"] += 1
        if self.away_since is None:
            self.away_since = now

    def away_s(self, now: float) -> float:
        """How long Redis has been away; 0 while it answers."""
        return 0.0 if self.away_since is None else now - self.away_since
