"""Header names and their order, as events have them."""

from __future__ import annotations

from collections.abc import Sequence

_NAMES = {
    "content-length": "content-length",
    "content-md5": "Content-MD5",
    "dnt": "DNT",
    "dpop": "DPoP",
    "etag": "ETag",
    "http2-settings": "HTTP2-Settings",
    "sec-gpc": "Sec-GPC",
    "te": "TE",
    "www-authenticate": "WWW-Authenticate",
    "x-api-key": "x-api-key",
    "x-restapi": "x-restapi",
    "x-ua-compatible": "X-UA-Compatible",
    "x-xss-protection": "X-XSS-Protection",
}
"""Names that are not one capital and small letters, and three that API Gateway itself writes small."""


def event_headers(pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """`headers` with the last value of each, and `multiValueHeaders` with all; names in alphabetical order. Upper and
    lower case make no difference."""
    collected: dict[str, tuple[str, list[str]]] = {}
    for name, value in pairs:
        collected.setdefault(name.lower(), (header_name(name), []))[1].append(value)
    every = {name: values for _key, (name, values) in sorted(collected.items())}
    return {name: values[-1] for name, values in every.items()}, every


def header_name(name: str) -> str:
    """`Sec-WebSocket-Key` for `sec-websocket-key`: servers that hand names on in lower case lose how they were written.

    A name that still has capitals is as the client wrote it, and stays.
    """
    if name != name.lower():
        return name
    return _NAMES.get(name) or "-".join(
        "WebSocket" if part == "websocket" else part.capitalize() for part in name.split("-")
    )
