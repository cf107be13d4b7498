"""One logical connection: its place in the stream, what is kept of it, and who reads it. No I/O, no locks, no clock."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import NamedTuple

from shim.streams.limits import StreamLimits
from shim.streams.wire import encode_binary, encode_body, encode_control, encode_message

FIRST_STREAM_WITHIN_S = 5.0
"""Seconds that an accepted connection has for its first stream, however short its window."""


class State(Enum):
    """`$connect` is under way; accepted; ended."""

    PENDING = "pending"
    OPEN = "open"
    CLOSED = "closed"


class Message:
    """What is sent: encoded once, however many connections it goes to."""

    __slots__ = ("_body", "binary", "data")

    def __init__(self, payload: str | bytes, *, binary: bool = False) -> None:
        self.data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "replace")
        self.binary = binary
        """Whether it is bytes even where they are UTF-8."""
        self._body: bytes | None = None

    @property
    def body(self) -> bytes:
        """Its lines in an event stream, but the id."""
        if self._body is None:
            self._body = encode_binary(self.data) if self.binary else encode_body(self.data)
        return self._body


class Event(NamedTuple):
    """One message in a connection's stream. `seq` counts from 1; `at` is when it was sent, in seconds."""

    seq: int
    message: Message
    at: float

    @property
    def payload(self) -> str | bytes:
        """Text where the bytes are UTF-8, and were not sent as binary."""
        if self.message.binary:
            return self.message.data
        try:
            return self.message.data.decode("utf-8")
        except UnicodeDecodeError:
            return self.message.data


class Gap(NamedTuple):
    """Events that were asked for but are no longer held: from `first` to `last`, both included."""

    first: int
    last: int


@dataclass(slots=True)
class Connection:
    """State of a connection between `$connect` and `$disconnect`; streams come and go in the meantime."""

    id: str
    session_digest: bytes
    epoch: str
    opened_at: float
    limits: StreamLimits
    resume_window_s: float
    state: State = State.PENDING
    last_active_at: float = 0.0
    detached_at: float | None = None
    """When the last stream ended; None while one is attached."""
    stalled_since: float | None = None
    """When a push was refused for the first time since the client last took something; None: none was."""
    generation: int = 0
    """Counts streams; only the newest may read."""
    read_seq: int = 0
    """Last event handed to a stream."""
    next_seq: int = 1
    kept: deque[Event] = field(default_factory=deque)
    kept_bytes: int = 0
    wake: Callable[[], None] | None = None
    claims: OrderedDict[str, str] | None = None
    """Idempotency keys of the latest messages of the client, oldest first, and what was answered; None before one."""
    close_code: int = 1000
    close_reason: str = ""

    def append(self, message: Message, now: float) -> int:
        """Adds a message and returns its sequence number; the oldest ones go when a bound is exceeded."""
        seq, kept, limits = self.next_seq, self.kept, self.limits
        self.next_seq = seq + 1
        kept.append(Event(seq, message, now))
        self.kept_bytes += len(message.data)
        while self.kept_bytes > limits.replay_bytes or len(kept) > limits.replay_events:
            if len(kept) == 1:
                break  # a single message larger than the bound is still delivered
            self._drop_oldest()
        return seq

    def drop_older(self, than: float) -> None:
        """Forgets what was handed to a stream and sent before this time."""
        kept = self.kept
        while kept and kept[0].at < than and kept[0].seq <= self.read_seq:
            self._drop_oldest()

    def waiting_bytes(self) -> int:
        """Bytes that were sent to the connection and not yet handed to a stream."""
        return sum(len(event.message.data) for event in self.kept if event.seq > self.read_seq)

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

    def stalled(self, now: float) -> bool:
        """Whether pushes have been refused for longer than a slow reader is given."""
        return self.stalled_since is not None and now - self.stalled_since >= self.limits.slow_reader_s

    def rewind(self, last_event_id: str) -> None:
        """The client has everything up to this event of ours (`<epoch>-<seq>`); any other id changes nothing."""
        epoch, _dash, seq = last_event_id.rpartition("-")
        if epoch == self.epoch and seq.isascii() and seq.isdigit() and len(seq) <= 18 and int(seq) < self.next_seq:
            self.read_seq = int(seq)

    def claim(self, key: str, answer: str) -> str:
        """The answer that was given for the key before, or this one, which is remembered."""
        if self.claims is None:
            self.claims = OrderedDict()
        known = self.claims.setdefault(key, answer)
        if len(self.claims) > self.limits.idempotency_keys:
            self.claims.popitem(last=False)
        return known

    def take(self, most_bytes: int) -> list[Event | Gap]:
        """What a stream has to write next, in order, and about so many bytes of it; a `Gap` first when part is lost."""
        last, kept = self.next_seq - 1, self.kept
        if self.read_seq >= last:
            return []
        taken: list[Event | Gap] = []
        oldest = kept[0].seq if kept else self.next_seq
        if self.read_seq + 1 < oldest:
            taken.append(Gap(self.read_seq + 1, oldest - 1))
            self.read_seq = oldest - 1
        waiting = last - self.read_seq
        events = (kept[-1],) if waiting == 1 else islice(kept, len(kept) - waiting, None)
        size = 0
        for event in events:
            taken.append(event)
            self.read_seq = event.seq
            size += len(event.message.data)
            if size >= most_bytes:
                break
        self.stalled_since = None
        return taken

    def encode(self, taken: Event | Gap) -> bytes:
        """As bytes of the event stream."""
        if isinstance(taken, Gap):
            return encode_control("gap", {"from": taken.first, "to": taken.last})
        return encode_message(self.epoch, taken.seq, taken.message.body)

    def _drop_oldest(self) -> None:
        self.kept_bytes -= len(self.kept.popleft().message.data)
