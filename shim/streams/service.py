"""`Streams`: connections that outlive their streams, for one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shim.streams.attachment import Attachment
from shim.streams.awaiting import Awaiting
from shim.streams.broker import MemoryBroker
from shim.streams.claims import Claimed
from shim.streams.connection import Event
from shim.streams.errors import BrokerUnavailable
from shim.streams.limits import StreamLimits
from shim.streams.records import GOING_AWAY, ConnectionInfo, Opened, Snapshot
from shim.streams.redis.counts import RedisCounts
from shim.streams.subscription import Subscription, Woken
from shim.streams.telling import OnDisconnect, Telling

if TYPE_CHECKING:
    from shim.streams.redis.answers import RedisAnswers
    from shim.streams.redis.tickets import RedisTickets
    from shim.streams.redis.together import Together  # which needs the package redis

SWEEP_INTERVAL_S = 1.0
"""How often connections whose resume window is over are looked for."""

BOTH_GIVEN = "a broadcast goes to connection ids or to a group, not to both"


class Streams:
    """Opens, feeds, resumes and closes logical connections.

    A connection begins with `open` (pending), is accepted with `activate` or dropped with `abandon`, and ends once:
    by `close`, or when it had no stream for the resume window. `run` tells the application of each end exactly once.
    All methods but `subscribe` and `run` may be called from any thread.
    """

    shared: bool = False
    """Whether other processes serve the same connections."""

    counts: RedisCounts | None = None
    """What was asked of Redis, where that keeps the connections."""

    together: Together | None = None
    """What processes count together that serve the same connections."""

    tickets: RedisTickets | None = None
    """Those that they all take."""

    answers: RedisAnswers | None = None
    """To messages whose senders waited, that they all know."""

    def __init__(self, limits: StreamLimits | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.limits = limits or StreamLimits()
        self._broker = MemoryBroker(self.limits, clock)
        self.awaiting = Awaiting(self)
        """The same methods for code on an event loop."""
        self._telling = Telling(self._broker)

    def open(
        self,
        connection_id: str | None = None,
        *,
        attributes: dict[str, Any] | None = None,
        resume_window_s: float | None = None,
        state: str = "",
    ) -> Opened:
        """A pending connection and its session secret.

        `connection_id` None makes one; `resume_window_s` None takes the limit's. `state`: text that is kept for whoever
        serves the connection next, and told with its end. Raises TooManyConnections.
        """
        return self._broker.open(connection_id, attributes or {}, resume_window_s, state)

    def activate(self, connection_id: str) -> None:
        """`$connect` succeeded: the connection may be sent to. Raises ConnectionGone."""
        self._broker.activate(connection_id)

    def abandon(self, connection_id: str) -> None:
        """`$connect` refused: no `$disconnect` follows."""
        self._broker.abandon(connection_id)

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        """Appends one message to the connection's stream; returns its sequence number (from 1).

        `binary`: bytes stay bytes for the client even where they are UTF-8; else they are text then.
        Raises ConnectionGone (unknown, pending or closed), SlowReader or PayloadTooLarge.
        """
        return self._broker.send(connection_id, data, binary=binary)

    def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None = None,
        *,
        group: Mapping[str, Any] | None = None,
    ) -> int:
        """Appends one message, encoded once, to many streams; returns to how many.

        `connection_ids`: these; `group`: those that `find` finds by these attributes at this moment, whatever is
        annotated afterwards; without both every open connection. Those that are not open, or whose client does not
        read, are passed over. Raises PayloadTooLarge, or ValueError when both are given.
        """
        if connection_ids is not None and group is not None:
            raise ValueError(BOTH_GIVEN)
        return self._broker.broadcast(data, connection_ids, group)

    def close(self, connection_id: str, code: int = 1000, reason: str = "") -> bool:
        """Ends the connection. True for the one call that closed it, False when it was gone already."""
        return self._broker.close(connection_id, code, reason)

    def close_soon(self, connection_id: str, code: int, reason: str) -> None:
        """As `close`, for code on an event loop that can't wait."""
        self._broker.close(connection_id, code, reason)

    def close_all(self, code: int, reason: str) -> int:
        """Ends every open connection; returns how many."""
        return sum(self._broker.close(connection_id, code, reason) for connection_id in self._broker.open_ids())

    def expire(self) -> int:
        """See `Awaiting.expire`."""
        return self._broker.expire()

    def connection_of(self, session: str) -> str:
        """The connection for which this secret speaks. Raises ConnectionGone."""
        return self._broker.connection_of(session)

    def touch(self, connection_id: str) -> None:
        """The client spoke. Raises ConnectionGone."""
        self._broker.touch(connection_id)

    def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        """Makes a client's retry harmless. Of several claims with one idempotency key one is FIRST: whoever has that
        handles the message, and says `end_claim`, or `give_back_claim` when nobody does.

        `text`: another one for each claim; others with this key are told it. A claim is FIRST again when the process
        that had it has died before it said either. The latest `StreamLimits.idempotency_keys` keys of a connection
        are remembered. Raises ConnectionGone.
        """
        return self._broker.claim(connection_id, key, text)

    def end_claim(self, connection_id: str, key: str, text: str, ended: str | None = None) -> None:
        """The message that was claimed with this text was handled. `ended`: the text for whoever claims the key later;
        None leaves it as it is."""
        self._broker.end_claim(connection_id, key, text, text if ended is None else ended)

    def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        """Nobody handles the message that was claimed, or may have been, with this text: the next claim is FIRST."""
        self._broker.give_back_claim(connection_id, key, text)

    def info(self, connection_id: str) -> ConnectionInfo:
        """Raises ConnectionGone."""
        return self._broker.info(connection_id)

    def state(self, connection_id: str) -> str:
        """What `open` was given to be kept. Raises ConnectionGone."""
        return self._broker.state(connection_id)

    def snapshots(self) -> list[Snapshot]:
        """All open connections, in the order in which they were opened."""
        return self._broker.snapshots()

    def kept(self, connection_id: str) -> list[Event]:
        """What is kept of the messages that were sent to a connection, oldest first. Raises ConnectionGone."""
        return self._broker.kept(connection_id)

    def annotate(self, connection_id: str, **attributes: Any) -> None:  # noqa: ANN401 - whatever an application keeps
        """Keeps attributes beside a connection, pending ones included. Raises ConnectionGone."""
        self._broker.annotate(connection_id, attributes)

    def attributes(self, connection_id: str) -> dict[str, Any]:
        """What was annotated, with `connection_id`; still there in `$disconnect`. Raises ConnectionGone."""
        return self._broker.attributes(connection_id)

    def find(self, **attributes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever an application keeps
        """Annotated connections that are equal in all the given attributes; without arguments all of them."""
        return self._broker.find(attributes)

    def forget(self, connection_id: str) -> None:
        """Drops what was annotated. Never raises."""
        self._broker.forget(connection_id)

    def take_tokens(self, name: str, rate_per_s: float, burst: int, most: int) -> tuple[int, float]:
        """`Together.take_tokens` for worker threads. Raises BrokerUnavailable."""
        raise BrokerUnavailable("this process is alone")

    def is_away(self) -> bool:
        """Whether what keeps the connections has not answered for so long that clients are better sent elsewhere."""
        return False

    def is_full(self) -> bool:
        """Whether `StreamLimits.connections` are open."""
        return self._broker.count() >= self.limits.connections

    def leave(self) -> None:
        """This process serves no connections any more: they end with 1001 where nobody else does."""
        self.close_all(*GOING_AWAY)

    def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        """A stream for the connection, from after `last_event_id` (`<epoch>-<seq>`); the newest stream wins.

        None, or an id of another epoch, goes on where the last stream stopped, or from the beginning. Raises
        ConnectionGone.
        """
        woken = Woken()
        return Subscription(Attachment(self._broker, connection_id, last_event_id, woken), woken)

    def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        """As `subscribe`, for who writes a stream without a task of its own. `wake` is called from any thread when
        there may be something to take. Raises ConnectionGone."""
        return Attachment(self._broker, connection_id, last_event_id, wake)

    async def run(self, on_disconnect: OnDisconnect) -> None:
        """For the life of the service. Awaits `on_disconnect` once for each connection that ends; one that raises
        is logged, and does not keep the others from being told."""
        loop = asyncio.get_running_loop()
        woken = Woken()
        self._broker.on_closed = woken
        next_sweep = loop.time() + SWEEP_INTERVAL_S
        try:
            while True:
                self._telling.begin(on_disconnect)
                with suppress(TimeoutError):  # wait_for would swallow a cancellation in the turn of the wake
                    async with asyncio.timeout_at(next_sweep):
                        await woken.wait()
                woken.clear()
                if loop.time() >= next_sweep:  # whether it was woken or not, so that busy services sweep too
                    await self.awaiting.expire()
                    next_sweep = loop.time() + SWEEP_INTERVAL_S
        finally:
            self._broker.on_closed = None

    async def shutdown(self, on_disconnect: OnDisconnect) -> None:
        """Closes every connection with 1001 and tells the application, for at most `StreamLimits.ending_s` seconds.
        For after `run` was cancelled."""
        self.leave()
        await self._telling.finish(on_disconnect, self.limits.ending_s)
