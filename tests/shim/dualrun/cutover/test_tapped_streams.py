"""What is tapped is recorded as everything else is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.recording_start import start_recording
from shim.recording import RecordingOptions
from shim.service import Handshake


@pytest.mark.parametrize("tapped", [False, True])
def test_a_stream_that_is_taken_up_again_is_recorded(tmp_path: Path, tapped: bool) -> None:
    file, streams = tmp_path / "traffic.jsonl", TappedStreams()
    recorder = streams.recorder = start_recording(RecordingOptions(file, key="6b" * 32), "test")
    assert recorder is not None
    connection_id = streams.open().connection_id
    recorder.pending(connection_id, recorder.connecting(Handshake([], [], "127.0.0.1", face="sse")))
    streams.activate(connection_id)
    if tapped:
        streams.tap(connection_id, "sse")

    async def streams_begin() -> None:
        for last_event_id in (None, "e-1"):
            streams.attach(connection_id, last_event_id, lambda: None)
            streams.subscribe(connection_id, last_event_id)

    asyncio.run(streams_begin())
    recorder.close()

    (part,) = load_recordings(file).parts
    assert [event.kind for event in part.recording.sent] == ["connect", "resume", "resume"]
