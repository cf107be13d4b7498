"""What a service knows of its clients: in memory, and kept with the streams where other processes serve them too."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import asdict, replace
from weakref import WeakValueDictionary

from shim.gateway.events import EventContext
from shim.streams import Closed, ConnectionGone, Streams


class Contexts:
    """By connection id. Where streams are shared, at most as many as one process may have connections: what goes from
    memory is read again."""

    def __init__(self, streams: Streams, usual: EventContext) -> None:
        """`usual`: what most have in common, which is not kept."""
        self._streams = streams
        self._usual = usual
        self._usual_fields = asdict(usual)
        self._known: OrderedDict[str, EventContext] = OrderedDict()

    def add(self, context: EventContext) -> None:
        self._known[context.connection_id] = context
        if self._streams.shared and len(self._known) > self._streams.limits.connections:
            self._known.popitem(last=False)

    def kept(self, context: EventContext) -> str:
        """What `Streams.open` is to keep of it."""
        if not self._streams.shared:
            return ""
        own = {name: value for name, value in asdict(context).items() if value != self._usual_fields[name]}
        return json.dumps(own, separators=(",", ":"))

    async def find(self, connection_id: str) -> EventContext | None:
        """None for a connection that is not there. Raises BrokerUnavailable."""
        known = self._known.get(connection_id)
        if known is not None or not self._streams.shared:
            return known
        try:
            return self._read(await self._streams.awaiting.state(connection_id))
        except ConnectionGone:
            return None

    def find_blocking(self, connection_id: str) -> EventContext | None:
        """The same for worker threads."""
        known = self._known.get(connection_id)
        if known is not None or not self._streams.shared:
            return known
        try:
            return self._read(self._streams.state(connection_id))
        except ConnectionGone:
            return None

    def forget(self, connection_id: str) -> None:
        self._known.pop(connection_id, None)

    def take(self, closed: Closed) -> EventContext | None:
        """Of a connection that ended, for the last time."""
        known = self._known.pop(closed.connection_id, None)
        return known if known is not None or not closed.state else replace(self._usual, **json.loads(closed.state))

    def _read(self, state: str) -> EventContext | None:
        if not state:
            return None
        context = replace(self._usual, **json.loads(state))
        self.add(context)
        return context


class Turns:
    """One at a time for each connection, in the order of asking."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Each for as long as somebody has it or waits for it."""

    def take(self, connection_id: str) -> asyncio.Lock:
        """For `async with`."""
        return self._locks.setdefault(connection_id, asyncio.Lock())
