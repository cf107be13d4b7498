"""What a client sends is no error of the service: nobody is woken by it, and no log is filled with stack traces."""

from __future__ import annotations

import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from shim.faces.options import FaceOptions
from tests.hostile.serving import KINDS, OF_EVERY_REFUSED_HANDSHAKE, Kind, eventually, serving
from tests.hostile.wire import request, wire

STREAM = request(Accept="text/event-stream")


def test_a_refused_handshake_is_no_error() -> None:
    with serving("hot", faces=FaceOptions(websocket_origins=("https://app.example.org",))) as shim:
        with pytest.raises(InvalidStatus):
            websockets.sync.client.connect(shim.websocket, origin="https://evil.example.org")  # type: ignore[arg-type]
        shim.still_serves()
        assert OF_EVERY_REFUSED_HANDSHAKE not in shim.errors


def test_a_request_in_the_same_packet_as_that_for_a_stream_is_no_error() -> None:
    with serving("hot") as shim:
        with wire(shim.port) as client:
            client.send(STREAM + request("/healthz"))
            answer = client.answer()
            assert answer is not None
            assert answer.status == 200
            client.closed()
        eventually(lambda: not any(snapshot.attached for snapshot in shim.service.streams.snapshots()))
        shim.still_serves()


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_error(kind: Kind) -> None:
    with serving(kind) as shim:
        whole = request(method="POST", body=b"x" * 1_000, Stream_Session="nobody")
        for data in (STREAM, whole, request("/healthz")):
            for end in range(1, len(data), 9):
                with wire(shim.port) as client:
                    client.send(data[:end])
        shim.still_serves()
