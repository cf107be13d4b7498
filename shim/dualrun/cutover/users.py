"""Who a client's user is, and whether the user belongs to a share: the same ones every time, on every machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Final

from shim.gateway.events import Pairs
from shim.service import Handshake

LONGEST_USER: Final = 256
LONGEST_TOKEN: Final = 16_384
BUCKETS: Final = 10_000
"""A share is given in percent with two decimals."""


def user_of(handshake: Handshake, places: Sequence[str]) -> str | None:
    """The user that the handshake names, at the first of `places` where it names one; None when nowhere.

    Not authenticated: it only says who is to serve the client.
    """
    for place in places:
        kind, _, name = place.partition(":")
        found = next(_named(handshake, kind, name), "")
        if found:
            return found[:LONGEST_USER]
    return None


def in_share(user: str | None, percent: float, salt: bytes) -> bool:
    """Whether the user is one of the share. Whoever is in a share is in every larger one.

    A client whose user is not known is in none but the whole, so that it does not change sides from one connection to
    the next.
    """
    if percent >= 100:
        return True
    return user is not None and bucket(user, salt) < round(percent * BUCKETS / 100)


def bucket(user: str, salt: bytes) -> int:
    """0 to `BUCKETS` - 1, evenly. Keyed, so that nobody can choose a name to be among the first."""
    digest = hmac.digest(salt, user.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return int.from_bytes(digest[:8]) % BUCKETS


def _named(handshake: Handshake, kind: str, name: str) -> Iterator[str]:
    if kind == "query":
        yield from (value for key, value in handshake.query if key == name)
    elif kind == "header":
        yield from _headers(handshake.headers, name)
    elif kind == "cookie":
        for header in _headers(handshake.headers, "cookie"):
            try:
                morsel = SimpleCookie(header).get(name)
            except CookieError:
                continue
            if morsel is not None:
                yield morsel.value
    else:
        yield from _claims(handshake, name)


def _headers(headers: Pairs, name: str) -> Iterator[str]:
    return (value for key, value in headers if key.lower() == name.lower())


def _claims(handshake: Handshake, name: str) -> Iterator[str]:
    tokens = [value.rpartition(" ")[2] for value in _headers(handshake.headers, "authorization")]
    for token in [*tokens, *(value for _, value in handshake.query)]:
        claim = _claim(token, name)
        if claim:
            yield claim


def _claim(token: str, name: str) -> str:
    """Of the payload of a JSON Web Token, https://www.rfc-editor.org/rfc/rfc7519; empty when there is none."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN:
        return ""
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return ""
    value = payload.get(name) if isinstance(payload, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
