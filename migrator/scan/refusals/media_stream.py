"""Telephone calls as media streams: the peer is a carrier's machine that speaks only WebSocket.

https://www.twilio.com/docs/voice/media-streams/websocket-messages
https://developers.telnyx.com/docs/voice/programmable-voice/media-streaming
https://developer.vonage.com/en/voice/voice-api/concepts/websockets
https://www.plivo.com/docs/voice/xml/audio-streaming
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Api, Refusal
from migrator.scan.refusals.seen import CODE, PAGES, Hit, Seen
from migrator.scan.sieve import sought

_WORDS: Final = sought(
    b"streamSid", b"stream_sid", b"<Stream", b".stream(", b"VoiceResponse", b"stream_url", b"payload", b"ncco",
    suffixes=PAGES,
)  # fmt: skip
_WEBHOOK: Final = sought(b"<Stream", b"stream_url", b"VoiceResponse")
"""What answers a call may stand in Python that has nothing else to do with the API."""
_STREAM_ID: Final = re.compile(r"[\"'.\s{(]\s*(?:streamSid|stream_sid)\b")
_FRAME: Final = re.compile(
    r"(?:\[[\"']media[\"']\]|\.media\??|get\([\"']media[\"'][^)]*\))\s*(?:\[[\"']payload[\"']\]|\.get\([\"']payload|\.\s*payload\b)"
)
_CARRIER: Final = re.compile(r"(?i)twilio|telnyx|plivo|vonage|nexmo|signalwire|streamSid|stream_sid")
_ANSWER: Final = re.compile(
    r"<Stream\s[^>]*url\s*=|(?:connect|start|response|\))\.stream\(\s*(?:\{\s*)?url\b|[\"']?stream_url[\"']?\s*[:=]"
)
_TELEPHONY: Final = re.compile(r"(?i)VoiceResponse|<Response>|twiml|telnyx|plivo|ncco|<Connect>|<Start>")
REASON: Final = (
    "the peer is a telephone carrier's media stream, which speaks only WebSocket and sends audio both ways; "
    "keep this API, and migrate what browsers use apart from it"
)


def media_streams(seen: Seen) -> Iterator[Refusal]:
    served: set[str] = set()
    for hit in _frames(seen):
        for api, routes in seen.near(hit.location.path):
            served.add(api.id)
            yield seen.refusal("media_stream", "refuse", REASON, hit.location, api, routes)
        for server in seen.inventory.servers:
            if server.location.path == hit.location.path:
                yield seen.refusal("media_stream", "refuse", REASON, hit.location, None)
    only = seen.only_api()
    if only is None or served:
        return
    for hit in seen.hits(_ANSWER, _WORDS, CODE, _WEBHOOK):
        if not hit.is_comment and _TELEPHONY.search(hit.text) and hit.location.path not in seen.clients:
            yield _answered(seen, hit, only)


def _frames(seen: Seen) -> Iterator[Hit]:
    """Code that takes frames apart: by the id of a stream, or by their payload where something names a carrier."""
    for hit in seen.hits(_STREAM_ID, _WORDS, CODE):
        if not hit.is_comment and hit.location.path not in seen.clients and _FRAME_OR_EVENT.search(hit.text):
            yield hit
    for hit in seen.hits(_FRAME, _WORDS, CODE):
        if not hit.is_comment and hit.location.path not in seen.clients and _CARRIER.search(hit.text):
            yield hit


_FRAME_OR_EVENT: Final = re.compile(r"[\"'](?:media|start|stop|mark)[\"']|\.media\b")


def _answered(seen: Seen, hit: Hit, api: Api) -> Refusal:
    """A webhook sends calls to some WebSocket address: to this API, when nobody else is known to use it."""
    if not seen.inventory.clients:
        return seen.refusal("media_stream", "refuse", REASON, hit.location, api)
    reason = (
        "telephone calls are sent to a WebSocket address as media streams; if it is this API, keep it: "
        "a carrier speaks only WebSocket"
    )
    return seen.refusal("media_stream", "warn", reason, hit.location, api)
