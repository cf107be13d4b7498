"""Two services behind one address: each client is served by the one that the stage and its user say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.journal import Entry
from shim.dualrun.cutover.movers import Mover
from shim.dualrun.cutover.observers import Observers
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.pairs import HandshakeRefused, take_pair_id
from shim.dualrun.cutover.shadows import without_header
from shim.dualrun.cutover.stages import MEANINGS, Place
from shim.dualrun.cutover.users import user_of
from shim.gateway.definition import ApiDefinition
from shim.gateway.ids import new_id
from shim.observing import Face, Happening, MessageHandled, Observer, Refused
from shim.service import Accepted, ConnectRefused, Handshake, Service
from shim.streams import Closed, ConnectionGone, Streams

logger = logging.getLogger(__name__)

GONE = "Gone"


class Side(Service, Protocol):
    """A service of which another one tells the ends of connections."""

    async def disconnected(self, closed: Closed) -> None: ...

    async def let_go(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Client:
    """A connection that is open. `user` None: the handshake did not say."""

    place: Place
    user: str | None
    face: Face


class CutoverService:
    """Implements `Service` over an old and a new one, which share its streams. `control` is closed with it."""

    def __init__(
        self,
        old: Side,
        new: Side,
        control: Control,
        observers: Observers,
        options: CutoverOptions,
    ) -> None:
        self.api: ApiDefinition = old.api
        self.streams: Streams = old.streams
        self.control = control
        self.observers: list[Observer] = []
        self.observed = observers
        self.pushes = old.pushes
        self.awaiting = AwaitedSides(self.side_of)
        self.clients: dict[str, Client] = {}
        self.options = options
        self._sides: dict[Place, Side] = {"old": old, "new": new}
        new.pushes = old.pushes
        for place, side in self._sides.items():
            side.observers = [self._told_by(place)]
        self._mover = Mover(self._misplaced, self._tell_to_move, options.moves_per_s)
        control.listeners += [self._changed, self._mover.changed]

    @property
    def accepting(self) -> bool:
        return all(side.accepting for side in self._sides.values())

    @accepting.setter
    def accepting(self, accepting: bool) -> None:
        for side in self._sides.values():
            side.accepting = accepting

    @property
    def messages_running(self) -> int:
        return sum(side.messages_running for side in self._sides.values())

    @messages_running.setter
    def messages_running(self, _: int) -> None:
        """Each side counts its own."""

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        """Raises ConnectRefused, with 410 for a WebSocket when none is taken any more."""
        try:
            handshake, pair_id = take_pair_id(without_header(handshake, self.options.shadow_header))
            position = self.control.position
            self._check_face(handshake.face)
            user = user_of(handshake, self.options.user_from)
            if pair_id is not None and self._only_listens(handshake.face, user):
                return self.observed.pairs.join(pair_id, handshake, resume_window_s=resume_window_s)
        except HandshakeRefused as refused:
            raise self._refused(handshake, refused.status, refused.message) from refused
        place = position.serves(user, self.control.salt)
        self.observed.begin_work(None)
        try:
            accepted = await self._sides[place].connect(handshake, resume_window_s=resume_window_s)
        finally:
            self.observed.end_work(None)
        self._open(accepted.connection_id, Client(place, user, handshake.face), handshake, pair_id)
        return accepted

    async def prepare(self, connection_id: str) -> None:
        await self.side_of(connection_id).prepare(connection_id)

    async def message(
        self, connection_id: str, body: str | bytes, message_id: str, *, deliver: bool = True
    ) -> str | None:
        """As `Service.message`. Who only listens and speaks all the same, is closed with 1008."""
        observed = self.observed
        if observed.pairs.is_mirror(connection_id):
            await self.streams.awaiting.close(connection_id, 1008, "this connection of the pair only listens")
            return None
        side = self.side_of(connection_id)
        acts = isinstance(body, str) and observed.shadows.has(connection_id) and observed.shadows_route(body)
        acting = connection_id if acts else None
        observed.begin_work(acting)
        try:
            if acts:
                observed.shadows.act(connection_id, str(body), message_id)
            reply = await side.message(connection_id, body, message_id, deliver=deliver)
        finally:
            observed.end_work(acting)
        if acts and reply is not None and not deliver:
            observed.answered(connection_id, reply)
        return reply

    @property
    def wait(self) -> bool:
        return any(side.wait for side in self._sides.values())

    def post(self, connection_id: str, data: bytes) -> None:
        self.side_of(connection_id).post(connection_id, data)

    def get(self, connection_id: str) -> dict[str, Any]:
        return self.side_of(connection_id).get(connection_id)

    def delete(self, connection_id: str) -> None:
        self.side_of(connection_id).delete(connection_id)

    async def run(self) -> None:
        """For the life of the service; see `Service.run`."""
        background = [asyncio.create_task(self._mover.run()), asyncio.create_task(self.observed.guard.run())]
        try:
            await self.streams.run(self._disconnected)
        except asyncio.CancelledError:
            self.accepting = False
            await _cancelled(background)
            await self.streams.shutdown(self._disconnected)
            await self.observed.shadows.close()
            for side in self._sides.values():
                await side.let_go()
            raise
        finally:
            self.control.close()

    def side_of(self, connection_id: str) -> Side:
        """The old one also for connections that are not known."""
        client = self.clients.get(connection_id)
        return self._sides["old" if client is None else client.place]

    def _open(self, connection_id: str, client: Client, handshake: Handshake, pair_id: str | None) -> None:
        self.clients[connection_id] = client
        try:
            self.streams.info(connection_id)
        except ConnectionGone:  # its own $connect closed it, and its end was told already
            self.clients.pop(connection_id, None)
            return
        if self._is_misplaced(client):  # the stage changed while $connect ran
            self._mover.look_again()
            return
        if pair_id is not None and client.user in self.control.position.canaries:
            self.observed.pairs.begin(pair_id, connection_id, handshake)
        if client.place == "new":
            self.observed.watch_new(connection_id)
        elif self._has_shadow(client):
            self.observed.shadow(connection_id, handshake)

    def _check_face(self, face: Face) -> None:
        """Raises HandshakeRefused."""
        if face == "websocket" and not MEANINGS[self.control.position.stage].websocket:
            raise HandshakeRefused(410, GONE)

    def _only_listens(self, face: Face, user: str | None) -> bool:
        """Of a handshake that names a pair. Raises HandshakeRefused where no pair is taken."""
        meaning = MEANINGS[self.control.position.stage]
        takes = meaning.shown is not None and user in self.control.position.canaries
        acting = meaning.shown or ("websocket" if meaning.others == "old" else "sse")
        if face != acting and not takes:
            raise HandshakeRefused(409, "no pair is taken of this user at this stage")
        return face != acting

    def _has_shadow(self, client: Client) -> bool:
        position = self.control.position
        routes = self.options.read_only_routes or position.mutating_routes
        return bool(routes) and client.place == "old" and position.shadows(client.user, self.control.salt)

    async def _disconnected(self, closed: Closed) -> None:
        self.clients.pop(closed.connection_id, None)
        self.observed.ended(closed.connection_id, closed.code, closed.reason)
        for side in self._sides.values():  # one of them knows it
            await side.disconnected(closed)

    def _changed(self, entry: Entry) -> None:
        """A listener of `Control`."""
        if entry.before is not None and entry.before.stage != entry.after.stage:
            self.observed.pairs.end_all()
        for connection_id, client in self.clients.items():
            if self.observed.shadows.has(connection_id) and not self._has_shadow(client):
                self.observed.shadows.end(connection_id)

    def _misplaced(self) -> list[str]:
        return [connection_id for connection_id, client in self.clients.items() if self._is_misplaced(client)]

    def _is_misplaced(self, client: Client) -> bool:
        position = self.control.position
        if client.face == "websocket" and not MEANINGS[position.stage].websocket:
            return True
        return position.serves(client.user, self.control.salt) != client.place

    def _tell_to_move(self, connection_id: str) -> None:
        self.streams.close_soon(connection_id, 1001, "the service has moved; connect again")

    def _refused(self, handshake: Handshake, status: int, message: str) -> ConnectRefused:
        refused = ConnectRefused(status, message, new_id(), new_id(), reason="moved")
        happening = Refused(refused.connection_id, handshake.face, handshake.source_ip, status, message, "moved")
        for observer in self.observers:
            observer(happening)
        return refused

    def _told_by(self, place: Place) -> Observer:
        def tell(happening: Happening) -> None:
            if isinstance(happening, MessageHandled):
                self.observed.verdict.rates.add(place, happening.outcome, happening.latency_s)
            for observer in self.observers:
                observer(happening)

        return tell


class AwaitedSides:
    """Implements `AwaitingConnections` by the side of each connection."""

    def __init__(self, side_of: Callable[[str], Side]) -> None:
        self._side_of = side_of

    async def post(self, connection_id: str, data: bytes, invocation: str = "") -> None:
        await self._side_of(connection_id).awaiting.post(connection_id, data, invocation)

    async def get(self, connection_id: str) -> dict[str, Any]:
        return await self._side_of(connection_id).awaiting.get(connection_id)

    async def delete(self, connection_id: str) -> None:
        await self._side_of(connection_id).awaiting.delete(connection_id)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
