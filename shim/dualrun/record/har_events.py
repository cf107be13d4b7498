"""Conversations of an HTTP archive as one recording, in the order of their times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shim.dualrun.record.canonical import Channel, Direction, Event, Kind, Path, Recording, handshake_text
from shim.dualrun.record.har_messages import Message
from shim.dualrun.record.header import TRAFFIC
from shim.dualrun.record.notes import Note
from shim.dualrun.record.scenario import Pairs

SESSION = "archive"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One connection. address: without its query. status: of the answer to its handshake; 0 without one.

    started, ended: seconds since 1970. session: that an event stream told its client; resumes: that the client named.
    """

    address: str
    path: Path
    headers: Pairs
    query: Pairs
    started: float
    ended: float
    status: int
    messages: tuple[Message, ...]
    session: str = ""
    resumes: str = ""


def merged(conversations: Sequence[Conversation], notes: list[Note]) -> Recording:
    """Clients are called client-1, client-2 … in the order in which they connected."""
    told: list[Event] = []
    paths = Counter(one.path for one in conversations)
    path = paths.most_common(1)[0][0]
    unanswered = 0
    for number, one in enumerate(sorted(conversations, key=lambda one: one.started), 1):
        if not one.status:
            unanswered += 1
        told += _events(one, f"client-{number}", path)
    if unanswered:
        notes.append(Note("left_out", 0, f"{unanswered} handshakes were not answered; they are taken as they are"))
    told.sort(key=lambda event: event.at)  # stable: what one client did and heard keeps its order
    received = tuple(event for event in told if event.direction == "received")
    return Recording(TRAFFIC, path, received, sent=tuple(event for event in told if event.direction == "sent"))


def _events(one: Conversation, client: str, path: Path) -> Iterator[Event]:
    made = _Maker(one, client, path)
    yield made.event("sent", "connect", handshake_text(one.headers, one.query), one.started)
    if one.status >= 300:
        yield made.event("received", "refused", "", one.started, one.status)
        return
    yield made.event("received", "open", "", one.started, one.status or None)
    for message in one.messages:
        if message.kind == "closed":
            yield made.event("received", "close", "", message.at, message.status)
            return
        direction: Direction = "sent" if message.kind == "sent" else "received"
        yield made.event(direction, "msg", message.text, message.at, event_id=message.id)
    yield made.event("sent", "close", "", one.ended)


class _Maker:
    def __init__(self, one: Conversation, client: str, path: Path) -> None:
        self._client, self._path = client, path
        self._channel: Channel = "socket" if one.path == "websocket" else "stream"
        self._counts: Counter[str] = Counter()

    def event(
        self, direction: Direction, kind: Kind, text: str, at: float, status: int | None = None, *, event_id: str = ""
    ) -> Event:
        n = self._counts[direction]
        self._counts[direction] += 1
        return Event(
            run=TRAFFIC,
            path=self._path,
            session=SESSION,
            step=0,
            client=self._client,
            n=n,
            kind=kind,
            channel=self._channel,
            status=status,
            text=text,
            at=at,
            direction=direction,
            id=event_id,
        )
