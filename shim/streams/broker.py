"""Connections in the memory of one process: short enough to be the specification of any other broker.

Every method may be called from any thread and from coroutines; none blocks on I/O.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shim.streams.annotations import Annotations
from shim.streams.claims import Claimed, Claims
from shim.streams.connection import Connection, Event, Gap, Message, State
from shim.streams.errors import ConnectionGone, PayloadTooLarge, SlowReader, TooManyConnections
from shim.streams.limits import StreamLimits
from shim.streams.records import (
    CONNECTION_ID,
    CONNECTION_LOST,
    DID_NOT_COME_BACK,
    DOES_NOT_READ,
    Closed,
    ConnectionInfo,
    Opened,
    Snapshot,
)


class MemoryBroker:
    """The state of all connections of this process."""

    def __init__(self, limits: StreamLimits, clock: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.RLock()
        self._connections: dict[str, Connection] = {}
        self._sessions: dict[bytes, str] = {}
        self._annotations = Annotations()
        self._closed: list[Closed] = []
        self.on_closed: Callable[[], None] | None = None
        """Called, outside the lock, after a connection ended; must be thread-safe."""

    def open(
        self, connection_id: str | None, attributes: dict[str, Any], resume_window_s: float | None, state: str = ""
    ) -> Opened:
        """Makes a pending connection. Raises TooManyConnections, or ValueError for an id that is taken."""
        session = secrets.token_urlsafe(32)
        window = self.limits.resume_window_s if resume_window_s is None else resume_window_s
        with self._lock:
            if len(self._connections) >= self.limits.connections:
                raise TooManyConnections(self.limits.connections)
            new_id = secrets.token_urlsafe(12) if connection_id is None else connection_id
            if new_id in self._connections:
                raise ValueError(f"connection id {new_id} is taken")
            now = self._clock()
            connection = Connection(
                id=new_id,
                session_digest=_digest(session),
                epoch=secrets.token_hex(4),
                opened_at=now,
                limits=self.limits,
                resume_window_s=window,
                last_active_at=now,
                detached_at=now,
                state_text=state,
            )
            self._connections[new_id] = connection
            self._sessions[connection.session_digest] = new_id
            if attributes:
                self._annotations.put(new_id, attributes)
        return Opened(new_id, session)

    def activate(self, connection_id: str) -> None:
        """Accepts a pending connection. Raises ConnectionGone when it was closed in the meantime."""
        with self._lock:
            connection = self._known(connection_id)
            connection.state = State.OPEN
            connection.detached_at = self._clock()

    def abandon(self, connection_id: str) -> None:
        """Drops a pending connection that was refused: it never existed for the application."""
        with self._lock:
            connection = self._connections.get(connection_id)
            if connection is not None and connection.state is State.PENDING:
                self._remove(connection)
                self._annotations.drop(connection_id)

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        """Appends a message and returns its sequence number. Raises ConnectionGone, SlowReader or PayloadTooLarge."""
        message = Message(data, self._clock(), binary=binary)
        size = len(message.data)
        if size > self.limits.payload_bytes:
            raise PayloadTooLarge(size, self.limits.payload_bytes)
        with self._lock:
            connection = self._connections.get(connection_id)
            if connection is None or connection.state is not State.OPEN:
                raise ConnectionGone(connection_id)
            if not _has_room(connection, message):
                raise SlowReader(connection_id, connection.unread_bytes, self.limits.replay_bytes)
            seq = connection.append(message)
            connection.last_active_at = message.at
            wake = connection.wake
        if wake is not None:
            wake()
        return seq

    def broadcast(
        self, data: str | bytes, connection_ids: Iterable[str] | None, group: Mapping[str, Any] | None
    ) -> int:
        """Appends one message to many connections, without ids and group to all; returns to how many. Those that are
        gone or have no room are passed over. Raises PayloadTooLarge."""
        message = Message(data, self._clock(), shared=True)
        if len(message.data) > self.limits.payload_bytes:
            raise PayloadTooLarge(len(message.data), self.limits.payload_bytes)
        wakes = []
        sent = 0
        with self._lock:
            known = self._connections
            if group is not None:
                connection_ids = self._annotations.ids(group)
            every = known.values() if connection_ids is None else map(known.get, connection_ids)
            for connection in every:
                if connection is None or connection.state is not State.OPEN or not _has_room(connection, message):
                    continue
                connection.append(message)
                connection.last_active_at = message.at
                sent += 1
                if connection.wake is not None:
                    wakes.append(connection.wake)
        for wake in wakes:
            wake()
        return sent

    def close(self, connection_id: str, code: int, reason: str) -> bool:
        """Ends an open connection; True for the one call that did."""
        with self._lock:
            connection = self._connections.get(connection_id)
            if connection is None or connection.state is not State.OPEN:
                return False
            connection.close_code, connection.close_reason = code, reason
            self._remove(connection)
            attributes = self._annotations.get(connection.id) or {}
            self._closed.append(Closed(connection.id, code, reason, attributes, connection.state_text))
            wake = connection.wake
        if wake is not None:
            wake()
        if self.on_closed is not None:
            self.on_closed()
        return True

    def connection_of(self, session: str) -> str:
        """The connection whose secret this is, looked up by digest. Raises ConnectionGone."""
        with self._lock:
            connection_id = self._sessions.get(_digest(session))
        if connection_id is None:
            raise ConnectionGone("of this session")
        return connection_id

    def touch(self, connection_id: str) -> None:
        """Notes that the client spoke. Raises ConnectionGone."""
        with self._lock:
            self._open(connection_id).last_active_at = self._clock()

    def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        """Raises ConnectionGone."""
        with self._lock:
            connection = self._open(connection_id)
            if connection.claims is None:
                connection.claims = Claims(self.limits.idempotency_keys)
            return connection.claims.take(key, text)

    def end_claim(self, connection_id: str, key: str, text: str, ended: str) -> None:
        """The message was handled."""
        with self._lock:
            connection = self._connections.get(connection_id)
            if connection is not None and connection.claims is not None:
                connection.claims.end(key, text, ended)

    def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        """Nobody handles the message."""
        with self._lock:
            connection = self._connections.get(connection_id)
            if connection is not None and connection.claims is not None:
                connection.claims.give_back(key, text)

    def info(self, connection_id: str) -> ConnectionInfo:
        """Raises ConnectionGone."""
        with self._lock:
            connection = self._open(connection_id)
            return ConnectionInfo(connection.opened_at, connection.last_active_at, connection.epoch)

    def state(self, connection_id: str) -> str:
        """What `open` was given to be kept. Raises ConnectionGone."""
        with self._lock:
            return self._known(connection_id).state_text

    def annotate(self, connection_id: str, attributes: dict[str, Any]) -> None:
        """Raises ConnectionGone; pending connections may be annotated, since `$connect` handlers do that."""
        with self._lock:
            self._known(connection_id)
            self._annotations.put(connection_id, attributes)

    def attributes(self, connection_id: str) -> dict[str, Any]:
        """Raises ConnectionGone for a connection without annotation. Stays known until it is forgotten."""
        with self._lock:
            known = self._annotations.get(connection_id)
        if known is None:
            raise ConnectionGone(connection_id)
        return {CONNECTION_ID: connection_id, **known}

    def find(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Annotated connections that are equal in every wanted attribute."""
        with self._lock:
            found = self._annotations.find(wanted)
        return [{CONNECTION_ID: connection_id, **known} for connection_id, known in found]

    def forget(self, connection_id: str) -> None:
        """Drops the annotation, if there is one."""
        with self._lock:
            self._annotations.drop(connection_id)

    def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> tuple[Connection, int]:
        """A new stream begins; the one before it loses the right to read.

        `last_event_id` is the last event that the client has; None, or one that this connection never sent, goes on
        where the last stream stopped.
        Returns the connection and the stream's generation. Raises ConnectionGone.
        """
        with self._lock:
            connection = self._open(connection_id)
            connection.generation += 1
            connection.detached_at = None
            connection.stalled_since = None
            if last_event_id is not None:
                connection.rewind(last_event_id)
            previous, connection.wake = connection.wake, wake
            generation = connection.generation
        if previous is not None:
            previous()
        return connection, generation

    def take(self, connection: Connection, generation: int, most_bytes: int) -> list[Event | Gap] | None:
        """What the stream has to write next, in order, about so many bytes; None: a newer stream has taken over."""
        with self._lock:
            return connection.take(most_bytes) if connection.generation == generation else None

    def take_encoded(self, connection: Connection, generation: int, most_bytes: int) -> bytes | None:
        """The same, as bytes of the event stream."""
        with self._lock:
            return connection.take_encoded(most_bytes) if connection.generation == generation else None

    def detach(self, connection: Connection, generation: int) -> None:
        """A stream ended. The resume window begins unless a newer stream is attached."""
        with self._lock:
            if connection.generation != generation or connection.state is State.CLOSED:
                return
            connection.detached_at = self._clock()
            connection.stalled_since = connection.wake = None
        if connection.resume_window_s == 0:
            self.close(connection.id, *CONNECTION_LOST)

    def expire(self) -> int:
        """Closes the connections whose resume window is over, and those whose client does not read; returns how many.
        Forgets messages that were kept long enough."""
        over = []
        with self._lock:
            now = self._clock()
            for connection in self._connections.values():
                if connection.kept:
                    connection.drop_older(now - self.limits.replay_s)
                if connection.state is not State.OPEN:
                    continue
                if connection.expired(now):
                    over.append((connection.id, *DID_NOT_COME_BACK))
                elif connection.stalled(now):
                    over.append((connection.id, *DOES_NOT_READ))
        return sum(self.close(*end) for end in over)

    def ended(self) -> list[Closed]:
        """Connections that ended since the last call."""
        with self._lock:
            closed, self._closed = self._closed, []
        return closed

    def count(self) -> int:
        """Of all connections, pending ones included."""
        return len(self._connections)

    def open_ids(self) -> list[str]:
        """Ids of all open connections."""
        with self._lock:
            return [connection.id for connection in self._connections.values() if connection.state is State.OPEN]

    def snapshots(self) -> list[Snapshot]:
        """All open connections, in the order in which they were opened."""
        with self._lock:
            return [
                Snapshot(
                    connection_id=connection.id,
                    opened_at=connection.opened_at,
                    last_active_at=connection.last_active_at,
                    attached=connection.detached_at is None,
                    sent=connection.next_seq - 1,
                    waiting_bytes=connection.unread_bytes,
                    kept_bytes=connection.kept_bytes,
                    kept_events=len(connection.kept),
                )
                for connection in self._connections.values()
                if connection.state is State.OPEN
            ]

    def kept(self, connection_id: str) -> list[Event]:
        """Raises ConnectionGone."""
        with self._lock:
            return self._open(connection_id).events()

    def _known(self, connection_id: str) -> Connection:
        connection = self._connections.get(connection_id)
        if connection is None:
            raise ConnectionGone(connection_id)
        return connection

    def _open(self, connection_id: str) -> Connection:
        connection = self._known(connection_id)
        if connection.state is not State.OPEN:
            raise ConnectionGone(connection_id)
        return connection

    def _remove(self, connection: Connection) -> None:
        connection.state = State.CLOSED
        del self._connections[connection.id]
        del self._sessions[connection.session_digest]


def _has_room(connection: Connection, message: Message) -> bool:
    """Without a stream the oldest messages make room, and the client will be told of the gap."""
    if connection.detached_at is not None or not connection.would_drop_unread(len(message.data)):
        return True
    if connection.stalled_since is None:
        connection.stalled_since = message.at
    return False


def _digest(session: str) -> bytes:
    """Lookups go by digest, so that their time says nothing of the secret."""
    return hashlib.sha256(session.encode("utf-8", "surrogatepass")).digest()
