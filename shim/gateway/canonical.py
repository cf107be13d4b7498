"""The parts of a request in the form that AWS Signature Version 4 signs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_letters, digits
from urllib.parse import quote_from_bytes, unquote_to_bytes

_UNCHANGED = f"{ascii_letters}{digits}-_.~/".encode()
_OF_CONNECTIONS = re.compile(rb"(?:[A-Za-z0-9\-_.~/@=]|%40|%3[Dd])*")


def canonical_path(path: bytes) -> bytes:
    """Each segment of the path as it was on the wire, encoded once more: `%3D` becomes `%253D`, `@` becomes `%40`.

    Empty, `.` and `..` segments are resolved first. https://datatracker.ietf.org/doc/html/rfc3986#section-5.2.4
    """
    if b"//" in path or b"/." in path:
        path = _resolved(path)
    changed = path.translate(None, _UNCHANGED)
    if not changed:
        return path or b"/"
    if not changed.strip(b"@%="):
        return path.replace(b"%", b"%25").replace(b"@", b"%40").replace(b"=", b"%3D")
    return quote_from_bytes(path, safe="/~").encode()


def equivalent_paths(path: bytes) -> set[bytes]:
    """The canonical paths that a client may have signed when a proxy wrote `@` or `=` in another way than it did.

    They all name the same connection. Empty for a path with any other escape: there nothing is guessed.
    """
    if not _OF_CONNECTIONS.fullmatch(path):
        return set()
    plain = path.replace(b"%40", b"@").replace(b"%3D", b"=").replace(b"%3d", b"=")
    return {
        canonical_path(plain.replace(b"@", at).replace(b"=", equals))
        for at in (b"@", b"%40")
        for equals in (b"=", b"%3D")
    }


def canonical_query(query: bytes) -> bytes:
    """Names and values encoded in one way, sorted. `+` is a space, as in a form."""
    if not query:
        return b""
    pairs = (pair.partition(b"=") for pair in query.split(b"&"))
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded).encode()


def folded(value: bytes) -> bytes:
    """A header's value without white space at its ends, and with one space for each run inside."""
    return b" ".join(value.split()) if b" " in value or b"\t" in value else value


def joined_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; the values of one that came several times are joined by commas, in their order."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(folded(value))
    return {name: b",".join(found) for name, found in values.items()}


def _resolved(path: bytes) -> bytes:
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in {b"", b"."}:
            kept.append(segment)
    end = b"/" if path.endswith(b"/") and kept else b""
    return b"/" + b"/".join(kept) + end


def _encoded(text: bytes) -> str:
    return quote_from_bytes(unquote_to_bytes(text.replace(b"+", b" ")), safe="~")
