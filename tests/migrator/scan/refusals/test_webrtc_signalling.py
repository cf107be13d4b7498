"""WebRTC signalling: chats first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.refusals.applications import SAY, of_kind, scanned

TO_A_PEER = """
    def say(event, context):
        body = json.loads(event["body"])
        client_of(event).post_to_connection(ConnectionId=body["to"], Data=json.dumps({"sdp": body["sdp"]}))
"""
DIRECT = TO_A_PEER.replace('json.dumps({"sdp": body["sdp"]})', 'body["text"]')


@pytest.mark.parametrize("say", [SAY, DIRECT, SAY.replace('body["text"]', '"peer"'), SAY.replace('"text"', '"answer"')])
def test_chats_are_no_signalling(tmp_path: Path, say: str) -> None:
    assert of_kind(scanned(tmp_path, {}, say), "webrtc_signalling") == []


def test_words_in_comments_are_no_signalling(tmp_path: Path) -> None:
    assert of_kind(scanned(tmp_path, {"web/x.js": "// new RTCPeerConnection()\n"}), "webrtc_signalling") == []


@pytest.mark.parametrize(
    ("say", "files"),
    [
        (TO_A_PEER, {}),
        (DIRECT, {"web/call.js": "const peer = new RTCPeerConnection();\n"}),
        (SAY, {"web/call.js": "import Peer from 'simple-peer';\n"}),
        (DIRECT.replace('body["text"]', 'json.dumps({"peer": "x"})'), {}),
        (SAY.replace('body["text"]', 'body["offer"] or body["answer"]'), {}),
    ],
)
def test_peers_that_find_each_other_are_a_warning(tmp_path: Path, say: str, files: dict[str, str]) -> None:
    inventory = scanned(tmp_path, files, say)

    assert of_kind(inventory, "webrtc_signalling") == [("warn", ())]


def test_the_place_is_where_a_peer_is_addressed(tmp_path: Path) -> None:
    inventory = scanned(tmp_path, {}, TO_A_PEER)

    assert inventory.refusals[0].location == inventory.pushes[0].location
