"""A client on SSE + POST for tests: what curl does, with an independent parser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent

STREAM = {"Accept": "text/event-stream"}


@dataclass
class SseClient:
    """One stream that is open; `session` speaks for it."""

    address: str
    response: httpx.Response
    reader: EventStreamReader = field(default_factory=EventStreamReader)
    session: str = ""
    connection_id: str = ""
    waiting: list[StreamEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._bytes = self.response.iter_bytes()

    def next(self) -> StreamEvent:
        """The next event; raises StopIteration at the end of the stream."""
        while not self.waiting:
            self.waiting.extend(self.reader.feed(next(self._bytes)))
        return self.waiting.pop(0)

    def rest(self) -> list[StreamEvent]:
        events = []
        try:
            while True:
                events.append(self.next())
        except StopIteration:
            return events

    def send(self, text: str, **headers: str) -> httpx.Response:
        return httpx.post(self.address, content=text.encode(), headers={"Stream-Session": self.session, **headers})

    def close(self) -> httpx.Response:
        return httpx.delete(self.address, headers={"Stream-Session": self.session})


@contextmanager
def open_stream(address: str, query: dict[str, str] | None = None) -> Iterator[SseClient]:
    with httpx.stream("GET", address, params=query, headers=STREAM, timeout=30) as response:
        assert response.status_code == 200, response.read()
        client = SseClient(address, response)
        opened = client.next()
        assert opened.type == "open"
        words = json.loads(opened.data)
        client.session, client.connection_id = words["session"], words["connectionId"]
        yield client


@contextmanager
def resume_stream(address: str, session: str, last_event_id: str) -> Iterator[SseClient]:
    headers = {**STREAM, "Stream-Session": session, "Last-Event-ID": last_event_id}
    with httpx.stream("GET", address, headers=headers, timeout=30) as response:
        assert response.status_code == 200, response.status_code
        yield SseClient(address, response, session=session)
