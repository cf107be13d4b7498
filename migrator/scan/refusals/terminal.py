"""Terminals: keystrokes up and bytes down, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Refusal
from migrator.scan.refusals.seen import CODE, PAGES, Seen
from migrator.scan.sieve import sought

_WORDS: Final = sought(
    b"node-pty", b"pty.spawn", b"pty.fork", b"openpty", b"forkpty", b"ptyprocess", b"AttachAddon", suffixes=PAGES
)
_PTY: Final = re.compile(
    r"[\"'](?:@lydell/)?node-pty[\"']|\bpty\.(?:spawn|fork|openpty)\(|\bptyprocess\b|\bos\.(?:openpty|forkpty)\("
)
_ATTACHED: Final = re.compile(r"new\s+AttachAddon\(")
REASON: Final = (
    "a terminal is behind it: a request for each keystroke is too slow to type with, and bytes can't wait; "
    "keep WebSocket for it"
)


def terminals(seen: Seen) -> Iterator[Refusal]:
    servers = {server.location.path for server in seen.inventory.servers}
    for hit in seen.hits(_PTY, _WORDS, CODE):
        if hit.is_comment:
            continue
        if hit.location.path in servers:
            yield seen.refusal("terminal", "refuse", REASON, hit.location, None)
        elif hit.location.path in seen.handlers:
            for api, routes in seen.near(hit.location.path):
                yield seen.refusal("terminal", "refuse", REASON, hit.location, api, routes)
    only = seen.only_api()
    for hit in seen.hits(_ATTACHED, _WORDS, PAGES) if only is not None else ():
        if not hit.is_comment:
            reason = "a page attaches a terminal to a WebSocket; if its server is this API, keep it"
            yield seen.refusal("terminal", "warn", reason, hit.location, only)
