"""One logical connection: its place in the stream, what is kept of it, and who reads it. No I/O, no locks, no clock."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from shim.streams.limits import StreamLimits
from shim.streams.wire import encode_message

FIRST_STREAM_WITHIN_S = 5.0
"""Seconds that an accepted connection has for its first stream, however short its window."""


class State(Enum):
    """`$connect` is under way; accepted; ended."""

    PENDING = "pending"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One message in a connection's stream. `seq` counts from 1; `chunk` is its encoding as an event."""

    seq: int
    payload: str | bytes
    chunk: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that were asked for but are no longer held: from `first` to `last`, both included."""

    first: int
    last: int


@dataclass(slots=True)
class Connection:
    """State of a connection between `$connect` and `$disconnect`; streams come and go in the meantime."""

    id: str
    session_digest: str
    epoch: str
    opened_at: float
    limits: StreamLimits
    resume_window_s: float
    state: State = State.PENDING
    last_active_at: float = 0.0
    detached_at: float | None = None
    """When the last stream ended; None while one is attached."""
    generation: int = 0
    """Counts streams; only the newest may read."""
    read_seq: int = 0
    """Last event handed to a stream."""
    next_seq: int = 1
    kept: deque[Event] = field(default_factory=deque)
    kept_bytes: int = 0
    wake: Callable[[], None] | None = None
    claims: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """Idempotency keys of the latest messages of the client, oldest first, and what was answered."""
    close_code: int = 1000
    close_reason: str = ""

    def append(self, payload: str | bytes) -> Event:
        """Adds a message; the oldest ones go when a bound is exceeded."""
        seq = self.next_seq
        event = Event(seq, payload, encode_message(f"{self.epoch}-{seq}", payload))
        self.next_seq += 1
        self.kept.append(event)
        self.kept_bytes += len(event.chunk)
        while len(self.kept) > self.limits.replay_events or self.kept_bytes > self.limits.replay_bytes:
            if len(self.kept) == 1:
                break  # a single message larger than the bound is still delivered
            self.kept_bytes -= len(self.kept.popleft().chunk)
        return event

    def waiting_bytes(self) -> int:
        """Bytes that were sent to the connection and not yet handed to a stream."""
        return sum(len(event.chunk) for event in self.kept if event.seq > self.read_seq)

    def would_drop_unread(self, size: int) -> bool:
        """Whether appending `size` bytes pushes out an event that the attached stream has not taken yet."""
        if not self.kept or self.kept[0].seq <= self.read_seq:
            return False
        return len(self.kept) >= self.limits.replay_events or self.kept_bytes + size > self.limits.replay_bytes

    def expired(self, now: float) -> bool:
        """Whether it has had no stream for its window; before the first stream there is a little more time."""
        if self.detached_at is None:
            return False
        window = self.resume_window_s if self.generation else max(self.resume_window_s, FIRST_STREAM_WITHIN_S)
        return now - self.detached_at >= window

    def rewind(self, last_event_id: str) -> None:
        """The client has everything up to this event of ours (`<epoch>-<seq>`); any other id changes nothing."""
        epoch, _dash, seq = last_event_id.rpartition("-")
        if epoch == self.epoch and seq.isascii() and seq.isdigit() and len(seq) <= 18 and int(seq) < self.next_seq:
            self.read_seq = int(seq)

    def claim(self, key: str, answer: str) -> str:
        """The answer that was given for the key before, or this one, which is remembered."""
        known = self.claims.setdefault(key, answer)
        if len(self.claims) > self.limits.idempotency_keys:
            self.claims.popitem(last=False)
        return known

    def after(self, seq: int) -> list[Event | Gap]:
        """What a stream that has everything up to `seq` is owed; a `Gap` first when part of it is lost."""
        oldest = self.kept[0].seq if self.kept else self.next_seq
        owed: list[Event | Gap] = []
        if seq + 1 < oldest:
            owed.append(Gap(seq + 1, oldest - 1))
        owed.extend(event for event in self.kept if event.seq > seq)
        return owed
