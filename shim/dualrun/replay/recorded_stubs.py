"""Answers of other hosts that an HTTP archive holds: what the application was told when it was recorded."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from shim.dualrun.record.har_entry import at, entries_of, pairs_at, text_at
from shim.dualrun.replay.pinned.network import is_outside
from shim.dualrun.replay.stubs import Stub

MAX_STUBS: Final = 1_000
MAX_BODY_CHARACTERS: Final = 1_000_000

_OF_THE_CONNECTION: Final = frozenset(
    {
        "connection", "content-encoding", "content-length", "date", "keep-alive", "set-cookie",
        "strict-transport-security", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers that speak of the connection they came over, or hand out a secret."""


@dataclass(frozen=True, slots=True)
class RecordedStubs:
    """told: sentences on what is left out."""

    stubs: tuple[Stub, ...]
    told: tuple[str, ...] = ()


def recorded_stubs(path: Path) -> RecordedStubs:
    """Of requests with the same method, host and path the first answer counts, whatever their query strings.

    Left out: what was not answered, WebSockets, bodies that are no text, this machine, and AWS, for which moto and
    stubs of operations answer. Raises RecordingUnreadable or HarInvalid.
    """
    found: dict[tuple[str, str, str], Stub] = {}
    repeated = unusable = 0
    for entry in entries_of(path):
        stub = _stub(entry) if isinstance(entry, dict) else None
        if stub is None:
            unusable += 1
            continue
        key = (stub.method, stub.host, stub.path)
        repeated += key in found
        if key in found or len(found) < MAX_STUBS:
            found.setdefault(key, stub)
        else:
            unusable += 1
    told = []
    if repeated:
        told.append(
            f"{path.name}: {repeated} answers to requests that are there already are left out; the first one counts."
        )
    if unusable:
        told.append(f"{path.name}: {unusable} entries are no answers of other hosts that a stub can give.")
    return RecordedStubs(tuple(found.values()), tuple(told))


def _stub(entry: dict[str, Any]) -> Stub | None:
    try:
        url = urlsplit(text_at(entry, "request", "url"))
        host = (url.hostname or "").lower()
    except ValueError:
        return None
    status = at(entry, "response", "status")
    body = _body(entry)
    usable = url.scheme in {"http", "https"} and host and is_outside(host) and body is not None
    if not usable or not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        return None
    method = text_at(entry, "request", "method").upper() or "GET"
    plain = url.path or "/"
    return Stub(
        name=f"recorded {method} {host}{plain}",
        host=escape(host),
        path=escape(plain),
        method=method,
        status=status,
        headers={
            name: value
            for name, value in pairs_at(entry, "response", "headers")
            if name.lower() not in _OF_THE_CONNECTION and not name.startswith(":")
        },
        body=body or "",
    )


def _body(entry: dict[str, Any]) -> str | None:
    """None for what is no text, or too long."""
    text = text_at(entry, "response", "content", "text")
    if at(entry, "response", "content", "encoding") == "base64":
        try:
            text = base64.b64decode(text, validate=True).decode("utf-8")
        except ValueError:
            return None
    return text if len(text) <= MAX_BODY_CHARACTERS else None
