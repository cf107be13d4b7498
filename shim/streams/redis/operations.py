"""What brokers do, as steps. Nothing here talks to Redis."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from shim.streams.annotations import matches
from shim.streams.connection import Event, Message
from shim.streams.errors import ConnectionGone, PayloadTooLarge, TooManyConnections
from shim.streams.limits import StreamLimits
from shim.streams.records import CONNECTION_ID, NOT_ACCEPTED, ConnectionInfo, Opened, Snapshot, sendable_reason
from shim.streams.redis import scripts_of_applications as asking
from shim.streams.redis import scripts_of_connections as connecting
from shim.streams.redis import scripts_of_ends as ending
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.annotations import annotation_arguments, attributes_of, wanted_arguments
from shim.streams.redis.keys import partition_of
from shim.streams.redis.own import read_own
from shim.streams.redis.steps import Step, text

AT_ONCE: Final = 500
"""Connections that one step is about."""


class Operations:
    """Each method gives a step, whose `read` returns or raises what `Streams` says."""

    def __init__(self, limits: StreamLimits, partitions: int) -> None:
        self.node_id = ""
        """Of this process, while it is a node."""
        self._limits = limits
        self._partitions = partitions
        ms = (int(limits.replay_s * 1000), int(limits.slow_reader_s * 1000))
        self._send_limits = (limits.replay_events, limits.replay_bytes, *ms)

    def open(
        self, connection_id: str | None, resume_window_s: float | None, state: str, elsewhere: Callable[[str], int]
    ) -> Step[Opened]:
        """`elsewhere`: how many connections there are in the partitions that this id is not in."""
        new_id = secrets.token_urlsafe(12) if connection_id is None else connection_id
        session = self._session(new_id)
        window = self._limits.resume_window_s if resume_window_s is None else resume_window_s
        limit = self._limits.connections

        def read(answer: bytes) -> Opened:
            if answer == b"full":
                raise TooManyConnections(limit)
            if answer == b"taken":
                raise ValueError(f"connection id {new_id} is taken")
            return Opened(new_id, session)

        most = limit - elsewhere(new_id)
        arguments = (digest(session), secrets.token_hex(4), int(window * 1000), most, state, self.node_id)
        return Step(connecting.OPEN, (new_id,), arguments, read)

    def _session(self, connection_id: str) -> str:
        """One whose digest is in the partition of the connection, where it is looked for."""
        partition = partition_of(connection_id, self._partitions)
        while True:
            session = secrets.token_urlsafe(32)
            if partition_of(digest(session), self._partitions) == partition:
                return session

    def activate(self, connection_id: str) -> Step[None]:
        return Step(connecting.ACTIVATE, (connection_id,), (), _is_there(connection_id))

    def abandon(self, connection_id: str) -> Step[None]:
        return Step(connecting.ABANDON, (connection_id,), (), _nothing)

    def end_pending(self, connection_id: str) -> Step[int]:
        return Step(ending.END_PENDING, (connection_id,), (NOT_ACCEPTED[1],), int)

    def send_arguments(self, node: str, message: Message, invocation: str) -> tuple[str | bytes | int, ...]:
        """Of the script `send`. Raises PayloadTooLarge."""
        self.check_size(message.data)
        return (node, message.data, int(message.binary), *self._send_limits, _named(invocation))

    def check_size(self, data: bytes) -> None:
        if len(data) > self._limits.payload_bytes:
            raise PayloadTooLarge(len(data), self._limits.payload_bytes)

    def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None,
        group: Mapping[str, Any] | None,
        invocation: str,
    ) -> Step[int]:
        """In one partition. `group`: of values by which there is an index."""
        message = Message(data, 0.0)
        self.check_size(message.data)
        whom, recipients = ("all", "") if group is None else ("group", "")
        if connection_ids is not None:
            whom, recipients = "ids", "\n".join(dict.fromkeys(connection_ids))
        bounds = (self._limits.broadcast_events, self._limits.broadcast_bytes)
        wanted = wanted_arguments(group or {})
        return Step(sending.BROADCAST, (), (message.data, whom, recipients, *bounds, _named(invocation), *wanted), int)

    def close(self, connection_id: str, code: int, reason: str) -> Step[bool]:
        return Step(ending.CLOSE, (connection_id,), (code, sendable_reason(reason)), bool)

    def connection_of(self, hashed: str) -> Step[str]:
        """`hashed`: what `digest` gives for a session."""

        def read(answer: bytes | None) -> str:
            if answer is None:
                raise ConnectionGone("of this session")
            return text(answer)

        return Step(asking.SESSION, (), (hashed,), read)

    def touch(self, connection_id: str) -> Step[None]:
        return Step(asking.TOUCH, (connection_id,), (), _is_there(connection_id))

    def info(self, connection_id: str) -> Step[ConnectionInfo]:
        def read(answer: list[bytes] | None) -> ConnectionInfo:
            if answer is None:
                raise ConnectionGone(connection_id)
            opened, active, epoch = answer
            return ConnectionInfo(int(opened) / 1000, int(active) / 1000, text(epoch))

        return Step(asking.INFO, (connection_id,), (), read)

    def state(self, connection_id: str) -> Step[str]:
        return Step(asking.STATE, (connection_id,), (), text)

    def open_ids(self, start: int) -> Step[list[str]]:
        """Of one partition, `AT_ONCE` of them, in the order in which they were opened."""
        return Step(asking.OPEN_IDS, (), (start, start + AT_ONCE - 1), lambda answer: [text(one) for one in answer])

    def snapshots(self, ids: list[str]) -> Step[list[Snapshot]]:
        """Of connections of one partition, at most `AT_ONCE`; without those that are gone."""

        def read(answer: list[Any]) -> list[Snapshot]:
            return [_snapshot(one, values) for one, values in zip(ids, answer, strict=True) if values[0] is not None]

        return Step(asking.SNAPSHOTS, tuple(ids), (), read)

    def kept(self, connection_id: str) -> Step[list[Event]]:
        def read(answer: list[Any] | None) -> list[Event]:
            if answer is None:
                raise ConnectionGone(connection_id)
            return [Event(own.seq, own.message) for own in map(read_own, answer)]

        return Step(asking.KEPT, (connection_id,), (), read)

    def annotate(self, connection_id: str, attributes: dict[str, Any]) -> Step[None]:
        arguments = tuple(annotation_arguments(attributes))
        return Step(asking.ANNOTATE, (connection_id,), arguments, _is_there(connection_id))

    def attributes(self, connection_id: str) -> Step[dict[str, Any]]:
        def read(answer: list[bytes]) -> dict[str, Any]:
            if not answer:
                raise ConnectionGone(connection_id)
            return {CONNECTION_ID: connection_id, **attributes_of(answer)}

        return Step(asking.ATTRIBUTES, (connection_id,), (), read)

    def find(self, wanted: Mapping[str, Any]) -> Step[list[tuple[int, str]]]:
        """Places and ids of those in one partition that may be meant."""

        def read(answer: list[list[bytes]]) -> list[tuple[int, str]]:
            return sorted(zip(map(int, answer[0]), map(text, answer[1]), strict=True))

        return Step(asking.FIND, (), wanted_arguments(wanted), read)

    def matching(
        self, wanted: Mapping[str, Any], maybe: list[tuple[int, str]]
    ) -> Step[list[tuple[int, dict[str, Any]]]]:
        """Places of those that are meant, and what is kept beside them; at most `AT_ONCE` are looked at."""

        def read(answer: list[Any]) -> list[tuple[int, dict[str, Any]]]:
            known = zip(maybe, map(attributes_of, answer), strict=True)
            return [
                (place, {CONNECTION_ID: found, **kept})
                for (place, found), kept in known
                if kept and matches(kept, wanted)
            ]

        return Step(asking.MANY_ATTRIBUTES, tuple(found for _place, found in maybe), (), read)

    def population(self) -> Step[int]:
        """Of one partition."""
        return Step(asking.POPULATION, (), (), int)

    def forget(self, connection_id: str) -> Step[None]:
        return Step(asking.FORGET, (connection_id,), (), _nothing)


def _named(invocation: str) -> str:
    """By what scripts know a call again: 16 characters, for one of any length."""
    if not invocation:
        return ""
    return hashlib.blake2b(invocation.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def digest(session: str) -> str:
    """Lookups go by digest: whoever can read Redis can't speak for a client."""
    hashed = hashlib.sha256(session.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _snapshot(connection_id: str, values: list[bytes]) -> Snapshot:
    opened, active, sent, total, read, kept, first = (int(one) for one in (*values[:2], *values[3:]))
    return Snapshot(
        connection_id=connection_id,
        opened_at=opened / 1000,
        last_active_at=active / 1000,
        attached=bool(values[2]),
        sent=sent,
        waiting_bytes=total - read,
        kept_bytes=kept,
        kept_events=sent - first + 1,
    )


def _is_there(connection_id: str) -> Any:  # noqa: ANN401 - a function of the answer
    def read(answer: int) -> None:
        if not answer:
            raise ConnectionGone(connection_id)

    return read


def _nothing(_answer: object) -> None:
    return None
