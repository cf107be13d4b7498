"""Microphones and cameras that are sent while they record: a stream of frames up, where SSE has only requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Api, Refusal
from migrator.scan.refusals.seen import PAGES, Hit, Seen
from migrator.scan.sieve import sought

_WORDS: Final = sought(
    b"MediaRecorder", b"ScriptProcessor", b"onaudioprocess", b"AudioWorklet", b"audioWorklet", suffixes=PAGES
)
_NEAR: Final = 900
"""Characters after the place where frames come in that are looked at for the place where they are sent."""
_SLICED: Final = re.compile(r"\bondataavailable\s*=|addEventListener\(\s*[\"']dataavailable[\"']")
_TIMESLICE: Final = re.compile(r"(?i)\b\w*recorder\w*(?:\.current)?[?!]?\.start\(\s*[\w.]+\s*\)")
_PROCESSED: Final = re.compile(r"\bonaudioprocess\s*=|addEventListener\(\s*[\"']audioprocess[\"']")
_WORKLET: Final = re.compile(r"\bport\.onmessage\s*=|port\.addEventListener\(")
_SENT: Final = re.compile(
    r"(?i)(?:socket|ws|connection|conn|\bclient)\w*(?:\.current)?[?!]?\.send\w*\("
    r"|\bsend(?:Audio|Chunk|Frame|Message|JsonMessage|Binary)\w*\("
)
_SELECTS: Final = re.compile(r"\b(?:action|type|event|route)[\"']?\s*:\s*[\"'`]([\w-]+)[\"'`]")
REASON: Final = (
    "the client sends audio or video while it records: frames both ways, many a second, which requests can't carry; "
    "keep WebSocket (or take WebRTC) for it"
)


def two_way_audio(seen: Seen) -> Iterator[Refusal]:
    api = seen.only_api()
    if api is None:
        return
    for hit in _sent_while_recording(seen):
        yield seen.refusal("two_way_audio", "refuse", REASON, hit.location, api, _routes(hit, api))


def _sent_while_recording(seen: Seen) -> Iterator[Hit]:
    for pattern in (_SLICED, _PROCESSED, _WORKLET):
        for hit in seen.hits(pattern, _WORDS, PAGES):
            if hit.is_comment or not _SENT.search(_after(hit)):
                continue
            if pattern is _SLICED and not _TIMESLICE.search(hit.text):
                continue  # one recording, sent when it is finished
            if pattern is _WORKLET and "audioWorklet" not in hit.text and "AudioWorklet" not in hit.text:
                continue
            if "WebSocket" in hit.text or hit.location.path in seen.clients or "ocket" in _after(hit):
                yield hit


def _after(hit: Hit) -> str:
    return hit.text[hit.match.end() : hit.match.end() + _NEAR]


def _routes(hit: Hit, api: Api) -> tuple[str, ...]:
    """The route that the frames go to, when they name it."""
    known = {route.key for route in api.routes}
    return tuple(dict.fromkeys(key for key in _SELECTS.findall(_after(hit)) if key in known))
