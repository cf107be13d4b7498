"""WebRTC peers that find each other over the API: they hand out connection ids, and those change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Api, Refusal
from migrator.inventory.record import Location
from migrator.scan.refusals.seen import CODE, PAGES, Seen
from migrator.scan.sieve import sought

_WORDS: Final = sought(
    b"RTCPeerConnection", b"simple-peer", b"sdp", b"iceCandidate", b"ice_candidate", b"peer", suffixes=PAGES
)
_PEER: Final = re.compile(
    r"\bRTCPeerConnection\b|[\"']simple-peer[\"']|\b(?:ice_?[cC]andidate|sdp)\b[\"']?\s*[\])}:,=]"
)
_CALLED: Final = re.compile(r"(?i)[\"'](?:(?:add|new|remove)[-_ ]?)?peers?(?:[-_]?(?:id|joined|left))?[\"']")
_KEYS: Final = frozenset({"offer", "answer", "candidate", "sdp", "ice", "icecandidate", "ice_candidate"})
_SUPPLIED: Final = "the client supplies it in the message"
REASON: Final = (
    "WebRTC peers find each other over it by connection id. It is migrated: ids that clients hand to each other have "
    "to come from the new application, so move all peers of a call at once, and check the order of offer, answer and "
    "candidates"
)


def webrtc_signalling(seen: Seen) -> Iterator[Refusal]:
    for api in seen.inventory.apis:
        pushes = [push for push in seen.inventory.pushes if set(push.routes) & {route.key for route in api.routes}]
        supplied = next((push.location for push in pushes if _SUPPLIED in push.evidence), None)
        sign = _sign(seen, api) if pushes else None
        if sign is None and supplied is not None and _speaks_of_peers(seen):
            sign = supplied
        if sign is not None:
            yield seen.refusal("webrtc_signalling", "warn", REASON, supplied or sign, api)


def _speaks_of_peers(seen: Seen) -> bool:
    """Whether handlers call clients peers: with ids that clients supply that is signalling, whatever the payload."""
    hits = seen.hits(_CALLED, _WORDS, CODE)
    return any(hit.location.path in seen.handlers and not hit.is_comment for hit in hits)


def _sign(seen: Seen, api: Api) -> Location | None:
    """Route keys and keys of messages of an exchange of offers, else code that makes peers."""
    for route in api.routes:
        read = {key.name.rpartition(".")[2].lower() for key in route.reads}
        told = {literal.lower() for key in route.reads for literal in key.literals}
        if len(_KEYS & (read | told | {route.key.lower()})) > 1:
            return route.location
    if len(_KEYS & {route.key.lower() for route in api.routes}) > 1:
        return api.location
    return seen.first(_PEER, _WORDS, CODE)
