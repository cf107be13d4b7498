"""Streams whose messages also go to a second connection of the same client, and whose deliveries can be looked at.

The business code knows the first connection alone, and runs once. What is sent to it is sent to the second one too, and
what the two are handed is told to `delivered`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shim.dualrun.cutover.tapped_readers import Delivered, TappedAttachment, TappedSubscription
from shim.dualrun.record.recorded_service import RecordedStreams
from shim.observing import Face
from shim.streams import GOING_AWAY, Opened, StreamLimits, StreamsError, Subscription
from shim.streams.attachment import Attachment

Sent = Callable[[str], None]
"""Told the text that was sent to a connection. From any thread."""


@dataclass(slots=True)
class _Tap:
    """mirror_id None: no second connection is open. since: sequence number of the first message that it was sent."""

    mirror_id: str | None = None
    since: int | None = None


class TappedStreams(RecordedStreams):
    """As `RecordedStreams`; what is neither tapped nor looked at costs two look-ups more. While something is, a
    broadcast goes through all of its connections, and sends to those that are one by one."""

    def __init__(self, limits: StreamLimits | None = None) -> None:
        super().__init__(limits)
        self._taps: dict[str, _Tap] = {}
        self._faces: dict[str, Face] = {}
        self._sent: dict[str, Sent] = {}
        self._twice = threading.RLock()
        """Held while something is sent twice, so that both connections have it in the same order."""
        self.delivered: Delivered = lambda _connection, _seq, _text, _again: None

    def tap(self, connection_id: str, face: Face) -> None:
        """The connection may have a second one from now on. For before its first stream."""
        self._taps[connection_id] = _Tap()
        self._faces[connection_id] = face

    def untap(self, connection_id: str) -> None:
        self._taps.pop(connection_id, None)
        self._faces.pop(connection_id, None)

    def mirror(self, connection_id: str, mirror_id: str, face: Face, *, resume_window_s: float | None) -> Opened:
        """A second connection of a tapped one, which is sent whatever that is from now on. Raises StreamsError."""
        opened = self.open(mirror_id, resume_window_s=resume_window_s)
        self.activate(mirror_id)
        with self._twice:
            self._faces[mirror_id] = face
            self._taps[connection_id] = _Tap(mirror_id)
        return opened

    def end_mirror(self, connection_id: str, code: int = GOING_AWAY[0], reason: str = GOING_AWAY[1]) -> None:
        """The second connection ends, and the first goes on alone; nothing when there is none."""
        tap = self._taps.get(connection_id)
        if tap is not None and tap.mirror_id is not None:
            with self._twice:
                mirror_id, tap.mirror_id, tap.since = tap.mirror_id, None, None
            self._faces.pop(mirror_id, None)
            self.close(mirror_id, code, reason)

    def was_copied(self, connection_id: str, seq: int) -> bool:
        """Whether the second connection of a tapped one was sent this message too."""
        tap = self._taps.get(connection_id)
        return tap is not None and tap.since is not None and seq >= tap.since

    def watch_sent(self, connection_id: str, sent: Sent | None) -> None:
        """Tells, or with None tells no more, of what is sent to a connection."""
        if sent is None:
            self._sent.pop(connection_id, None)
        else:
            self._sent[connection_id] = sent

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        tap, sent = self._taps.get(connection_id), self._sent.get(connection_id)
        if tap is None:
            seq = super().send(connection_id, data, binary=binary)
        else:
            with self._twice:
                seq = super().send(connection_id, data, binary=binary)
                self._copy(tap, seq, data, binary=binary)
        if sent is not None:
            sent(data if isinstance(data, str) else data.decode("utf-8", "replace"))
        return seq

    def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None = None,
        *,
        group: Mapping[str, Any] | None = None,
    ) -> int:
        if not self._taps and not self._sent:
            return super().broadcast(data, connection_ids, group=group)
        if group is not None:
            connection_ids = self.members(group)
        mirrors = {tap.mirror_id for tap in list(self._taps.values())}  # which change in another thread
        known = self._broker.open_ids() if connection_ids is None else list(connection_ids)
        looked_at = self._taps.keys() | self._sent.keys()
        count = super().broadcast(data, [one for one in known if one not in mirrors and one not in looked_at])
        for connection_id in (one for one in known if one in looked_at):
            with suppress(StreamsError):
                self.send(connection_id, data)
                count += 1
        return count

    def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        face = self._faces.get(connection_id)
        if face is None:
            return super().subscribe(connection_id, last_event_id)
        self._tell_of_resume(connection_id, last_event_id)
        return TappedSubscription(self._broker, connection_id, last_event_id, face, self.delivered)

    def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        if connection_id not in self._faces:
            return super().attach(connection_id, last_event_id, wake)
        self._tell_of_resume(connection_id, last_event_id)
        return TappedAttachment(self._broker, connection_id, last_event_id, wake, self.delivered)

    def _copy(self, tap: _Tap, seq: int, data: str | bytes, *, binary: bool) -> None:
        if tap.mirror_id is None:
            return
        if tap.since is None:
            tap.since = seq
        with suppress(StreamsError):  # it will be missed where deliveries are compared; the first connection goes on
            super().send(tap.mirror_id, data, binary=binary)
