"""A stream's hold on its connection: what it may take, for as long as it is the newest."""

from __future__ import annotations

from collections.abc import Callable

from shim.streams.broker import MemoryBroker
from shim.streams.connection import Connection, Event, Gap, State

MOST_BYTES_AT_ONCE = 65_536
"""Payload bytes that a stream takes at a time: more would only wait in its socket's buffer."""


class Attachment:
    """Begins with its construction, which raises ConnectionGone, and ends with `end`.

    `wake` is called, from any thread, when there may be something to take.
    """

    __slots__ = ("_broker", "_connection", "_generation")

    def __init__(
        self, broker: MemoryBroker, connection_id: str, last_event_id: str | None, wake: Callable[[], None]
    ) -> None:
        self._broker = broker
        self._connection: Connection
        self._connection, self._generation = broker.attach(connection_id, last_event_id, wake)

    @property
    def epoch(self) -> str:
        return self._connection.epoch

    @property
    def first_id(self) -> str:
        """What a client that has seen nothing but the `open` event says it has seen."""
        return f"{self._connection.epoch}-0"

    @property
    def closed(self) -> bool:
        """True when the connection has ended; events sent before that may still be taken."""
        return self._connection.state is State.CLOSED

    @property
    def close_code(self) -> int:
        return self._connection.close_code

    @property
    def close_reason(self) -> str:
        return self._connection.close_reason

    def take(self) -> list[Event | Gap] | None:
        """What is to be written next, about `MOST_BYTES_AT_ONCE` of it; None: a newer stream has taken over."""
        return self._broker.take(self._connection, self._generation, MOST_BYTES_AT_ONCE)

    def take_encoded(self) -> bytes | None:
        """The same, as bytes of the event stream."""
        return self._broker.take_encoded(self._connection, self._generation, MOST_BYTES_AT_ONCE)

    @property
    def drained(self) -> bool:
        """Whether there is nothing to take now. Whoever adds something, wakes after that."""
        return self._connection.drained

    def encode(self, taken: Event | Gap) -> bytes:
        """As bytes of the event stream."""
        return self._connection.encode(taken)

    def end(self) -> None:
        """This stream is over. May be called more than once."""
        self._broker.detach(self._connection, self._generation)
