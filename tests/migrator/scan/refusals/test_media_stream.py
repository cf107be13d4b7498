"""Telephone carriers' media streams: what only mentions telephones first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.migrator.scan.applications import SERVERLESS
from tests.migrator.scan.refusals.applications import of_kind, only, scanned

FRAMES = """
    def say(event, context):
        frame = json.loads(event["body"])
        if frame["event"] == "media":
            hear(frame["streamSid"], frame["media"]["payload"])
        return {"statusCode": 200}
"""


@pytest.mark.parametrize(
    "files",
    [
        {"sms.py": "from twilio.rest import Client\nClient('a', 'b').messages.create(to='1', body='x')\n"},
        {"calls.py": "from twilio.twiml.voice_response import VoiceResponse\nr = VoiceResponse()\nr.say('hello')\n"},
        {"notes.py": "# frames have a streamSid and media.payload, said twilio\nx = 1\n"},
        {"files.py": "stream = open('x')\nstream.stream(1)\n"},
        {"docs.py": "TEXT = 'the streamSid is no key here'\n"},
        {"tests/test_calls.py": "def test_it():\n    assert {'streamSid': 1, 'event': 'media'}\n"},
        {"page.html": "<script>const s = new WebSocket(u); s.onmessage = (e) => e.data.streamSid + 'media';</script>"},
        {"player.js": "const hls = player.stream({ url: 'https://x/playlist.m3u8' });\n"},
    ],
)
def test_what_is_no_stream_of_a_carrier_is_migrated(tmp_path: Path, files: dict[str, str]) -> None:
    assert of_kind(scanned(tmp_path, files), "media_stream") == []


@pytest.mark.parametrize(
    "say",
    [
        'def say(event, context):\n    return json.loads(event["body"])["media"]\n',
        'def say(event, context):\n    body = json.loads(event["body"])\n    return body["media"]["url"]\n',
        'def say(event, context):\n    body = json.loads(event["body"])\n    return body["media"]["payload"]\n',
        'def say(event, context):\n    body = json.loads(event["body"])\n    return store(body["file"], body["payload"])\n',
    ],
)
def test_messages_with_media_are_no_calls(tmp_path: Path, say: str) -> None:
    assert of_kind(scanned(tmp_path, {}, say), "media_stream") == []


@pytest.mark.parametrize(
    "say",
    [
        FRAMES,
        'def say(event, context):\n    b = json.loads(event["body"])\n    if b.get("event") == "start":\n        return b["start"]["streamSid"]\n',
        'SID = None\ndef say(event, context):\n    b = json.loads(event["body"])\n    stream_sid = b["stream_sid"]\n    return b["media"]\n',
        '# Twilio sends these\ndef say(event, context):\n    return json.loads(event["body"])["media"]["payload"]\n',
        '# from telnyx\ndef say(event, context):\n    return json.loads(event["body"]).get("media", {}).get("payload")\n',
    ],
)  # fmt: skip
def test_frames_of_a_call_are_refused(tmp_path: Path, say: str) -> None:
    refusal = only(scanned(tmp_path, {}, say))

    assert (refusal.kind, refusal.severity, refusal.routes, refusal.location.path) == (
        "media_stream", "refuse", (), "app.py",
    )  # fmt: skip
    assert "speaks only WebSocket" in refusal.reason


def test_only_the_routes_of_the_call_are_refused(tmp_path: Path) -> None:
    more = dedent(SERVERLESS) + "  call:\n    handler: call.run\n    events: [{websocket: {route: media}}]\n"
    call = "import json\ndef run(event, context):\n    b = json.loads(event['body'])\n    return b['streamSid'], b['media']\n"

    inventory = scanned(tmp_path, {"serverless.yml": more, "call.py": call})

    assert of_kind(inventory, "media_stream") == [("refuse", ("media",))]


@pytest.mark.parametrize(
    "webhook",
    [
        "from twilio.twiml.voice_response import VoiceResponse, Connect\nconnect = Connect()\nconnect.stream(url=URL)\n# VoiceResponse\n",
        "TWIML = '<Response><Connect><Stream url=\"wss://x\"/></Connect></Response>'\n",
        "import telnyx\ncall = {'stream_url': URL}\ntelnyx.Call.create(**call)\n",
    ],
)
def test_a_webhook_that_sends_calls_is_refused_when_nobody_else_connects(tmp_path: Path, webhook: str) -> None:
    assert of_kind(scanned(tmp_path, {"webhook.py": webhook}), "media_stream") == [("refuse", ())]


def test_a_webhook_is_a_warning_when_pages_connect_too(tmp_path: Path) -> None:
    files = {
        "webhook.py": "TWIML = '<Response><Connect><Stream url=\"wss://x\"/></Connect></Response>'\n",
        "page.html": "<script>new WebSocket('wss://y');</script>",
    }

    assert of_kind(scanned(tmp_path, files), "media_stream") == [("warn", ())]


def test_a_server_of_its_own_for_calls_is_refused(tmp_path: Path) -> None:
    server = """
        import { WebSocketServer } from "ws";
        new WebSocketServer({ port: 5050 }).on("connection", (socket) => socket.on("message", (raw) => {
          const frame = JSON.parse(raw);
          if (frame.event === "media") socket.send(JSON.stringify({ streamSid: frame.streamSid, event: "mark" }));
        }));
    """

    inventory = scanned(tmp_path, {"phone/server.js": server})

    assert [(r.kind, r.api) for r in inventory.refusals if r.api is None] == [("media_stream", None)]
