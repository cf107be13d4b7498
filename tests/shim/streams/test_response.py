"""A connection's stream as a response: what a client is told, and what happens when it is told nothing."""

from __future__ import annotations

import json

import pytest

from shim.dualrun.replay.event_stream_reader import EventStreamReader
from shim.streams import ConnectionGone, StreamLimits, Streams
from shim.streams.response import StreamRequest, _chunks, event_stream_response


def opened(streams: Streams) -> tuple[str, str]:
    connection = streams.open()
    streams.activate(connection.connection_id)
    return connection.connection_id, connection.session


async def test_a_client_that_left_before_it_was_told_leaves_no_connection_behind() -> None:
    streams = Streams()
    connection, session = opened(streams)
    chunks = _chunks(StreamRequest(streams, connection, session=session), streams.subscribe(connection))
    await anext(chunks)
    await chunks.aclose()  # type: ignore[attr-defined]

    with pytest.raises(ConnectionGone):
        streams.info(connection)


async def test_a_client_that_was_told_may_come_back() -> None:
    streams = Streams()
    connection, session = opened(streams)
    chunks = _chunks(StreamRequest(streams, connection, session=session), streams.subscribe(connection))
    await anext(chunks)
    streams.send(connection, "hello")
    await anext(chunks)
    await chunks.aclose()  # type: ignore[attr-defined]

    assert streams.connection_of(session) == connection


async def test_a_stream_tells_open_messages_gap_and_close_in_this_order() -> None:
    streams = Streams(StreamLimits(replay_events=2, retry_ms=700))
    connection, session = opened(streams)
    for text in ("1", "2", "3"):
        streams.send(connection, text)
    subscription = streams.subscribe(connection)
    streams.close(connection, 4000, "bye")
    reader = EventStreamReader()
    events = [
        event
        async for chunk in _chunks(StreamRequest(streams, connection, session=session), subscription)
        for event in reader.feed(chunk)
    ]

    assert [(event.type, event.data) for event in events[2:4]] == [("message", "2"), ("message", "3")]
    assert json.loads(events[0].data) == {"connectionId": connection, "session": session}
    assert (events[1].type, json.loads(events[1].data)) == ("gap", {"from": 1, "to": 1})
    assert (events[4].type, json.loads(events[4].data)) == ("close", {"code": 4000, "reason": "bye"})
    assert reader.retry is not None
    assert 700 <= reader.retry <= 1050


async def test_a_connection_that_is_gone_has_no_stream() -> None:
    with pytest.raises(ConnectionGone):
        await event_stream_response(Streams(), "nobody")
