"""One logical connection: its place in the stream, what is kept of it, and who reads it. No I/O, no locks, no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import NamedTuple

from shim.streams.claims import Claims
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
    """What is sent: encoded once, however many connections it goes to. `at`: when, in seconds."""

    __slots__ = ("_body", "at", "binary", "data", "shared")

    def __init__(self, payload: str | bytes, at: float, *, binary: bool = False, shared: bool = False) -> None:
        self.data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "replace")
        self.at = at
        self.binary = binary
        """Whether it is bytes even where they are UTF-8."""
        self.shared = shared
        """Whether it goes to many: then its encoding is kept beside it."""
        self._body: bytes | None = None

    @property
    def body(self) -> bytes:
        """Its lines in an event stream, but the id."""
        if self._body is not None:
            return self._body
        body = encode_binary(self.data) if self.binary else encode_body(self.data)
        if self.shared:
            self._body = body
        return body


class Event(NamedTuple):
    """One message in a connection's stream. `seq` counts from 1; `mark` is what its id has behind the epoch, where
    what is broadcast is counted apart."""

    seq: int
    message: Message
    mark: str = ""

    @property
    def at(self) -> float:
        """When it was sent, in seconds."""
        return self.message.at

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
    kept: deque[Message] = field(default_factory=deque)
    """The latest messages, whose sequence numbers end before `next_seq`: of all costs of a push, the least."""
    kept_bytes: int = 0
    unread_bytes: int = 0
    """Of what is kept and was not handed to a stream."""
    wake: Callable[[], None] | None = None
    claims: Claims | None = None
    """By idempotency keys of the client's latest messages; None before one."""
    state_text: str = ""
    """What `Streams.open` was given to be kept."""
    close_code: int = 1000
    close_reason: str = ""

    def append(self, message: Message) -> int:
        """Adds a message and returns its sequence number; the oldest ones go when a bound is exceeded."""
        seq, kept, limits = self.next_seq, self.kept, self.limits
        self.next_seq = seq + 1
        kept.append(message)
        size = len(message.data)
        self.kept_bytes += size
        self.unread_bytes += size
        while self.kept_bytes > limits.replay_bytes or len(kept) > limits.replay_events:
            if len(kept) == 1:
                break  # a single message larger than the bound is still delivered
            self._drop_oldest()
        return seq

    @property
    def oldest_seq(self) -> int:
        """Of the messages kept; `next_seq` when there are none."""
        return self.next_seq - len(self.kept)

    @property
    def drained(self) -> bool:
        """Whether everything was handed to a stream."""
        return self.read_seq + 1 >= self.next_seq

    def drop_older(self, than: float) -> None:
        """Forgets what was handed to a stream and sent before this time."""
        kept = self.kept
        while kept and kept[0].at < than and self.oldest_seq <= self.read_seq:
            self._drop_oldest()

    def would_drop_unread(self, size: int) -> bool:
        """Whether appending `size` bytes pushes out an event that the attached stream has not taken yet."""
        unread = self.next_seq - 1 - self.read_seq
        if unread <= 0:
            return False
        return unread >= self.limits.replay_events or self.unread_bytes + size > self.limits.replay_bytes

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
            unread = islice(reversed(self.kept), self.next_seq - 1 - self.read_seq)
            self.unread_bytes = sum(len(message.data) for message in unread)

    def take(self, most_bytes: int) -> list[Event | Gap]:
        """What a stream has to write next, in order, and about so many bytes of it; a `Gap` first when part is lost."""
        taken: list[Event | Gap] = []
        gap, messages = self._advance(most_bytes)
        if gap is not None:
            taken.append(gap)
        first = self.read_seq + 1 - len(messages)
        taken.extend(Event(first + index, message) for index, message in enumerate(messages))
        return taken

    def take_encoded(self, most_bytes: int) -> bytes:
        """The same, as bytes of the event stream."""
        gap, messages = self._advance(most_bytes)
        seq = self.read_seq - len(messages)
        prefix = b"id: %b-" % self.epoch.encode("ascii")
        if len(messages) == 1 and gap is None:
            return b"%b%d\n%b" % (prefix, seq + 1, messages[0].body)
        parts = [] if gap is None else [self.encode(gap)]
        for message in messages:
            seq += 1
            parts.append(b"%b%d\n%b" % (prefix, seq, message.body))
        return b"".join(parts)

    def encode(self, taken: Event | Gap) -> bytes:
        """As bytes of the event stream."""
        if isinstance(taken, Gap):
            return encode_control("gap", {"from": taken.first, "to": taken.last})
        return encode_message(self.epoch, taken.seq, taken.message.body)

    def events(self) -> list[Event]:
        """All that is kept, oldest first."""
        return [Event(self.oldest_seq + index, message) for index, message in enumerate(self.kept)]

    def _advance(self, most_bytes: int) -> tuple[Gap | None, list[Message]]:
        """What is lost and what comes next; after it, `read_seq` is that of the last one."""
        waiting, kept = self.next_seq - 1 - self.read_seq, self.kept
        if not waiting:
            return None, []
        self.stalled_since = None
        if waiting == 1 and kept:
            self.read_seq += 1
            self.unread_bytes = 0
            return None, [kept[-1]]
        gap = None
        if waiting > len(kept):
            gap = Gap(self.read_seq + 1, self.oldest_seq - 1)
            self.read_seq, waiting = gap.last, len(kept)
        latest = list(islice(reversed(kept), waiting))
        messages: list[Message] = []
        size = 0
        while latest and size < most_bytes:
            message = latest.pop()
            messages.append(message)
            size += len(message.data)
        self.read_seq += len(messages)
        self.unread_bytes -= size
        return gap, messages

    def _drop_oldest(self) -> None:
        unread = self.oldest_seq > self.read_seq
        size = len(self.kept.popleft().data)
        self.kept_bytes -= size
        if unread:
            self.unread_bytes -= size
