"""What a bridge has to know of the server behind it, and what it hands on of a client's request."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import SplitResult, urlencode, urlsplit

from shim.gateway.events import Pairs
from shim.service import Handshake

FOR_ONE_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers between two neighbours: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1"""

OF_THIS_REQUEST = frozenset(
    {"host", "content-length", "content-type", "expect", "last-event-id", "stream-session", "idempotency-key"}
)
"""Headers that the bridge writes itself, or that speak of the client's stream and not of the upstream's."""

OF_A_REFUSAL = ("Retry-After", "WWW-Authenticate")
"""Headers that a client is told when the upstream refuses it."""


class UpstreamAddressInvalid(ValueError):
    """Raised at the start for an upstream address that can't be used. Its query string is not repeated: it may hold
    a secret."""

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address.partition("?")[0], reason
        super().__init__(self.address, reason)

    def __str__(self) -> str:
        return f"The upstream address {self.address} can't be used: {self.reason}."


class UpstreamRefused(Exception):
    """Raised when the upstream does not take a client. `status`: what the client sees, an HTTP status of 300 to 599."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(status, message)

    @classmethod
    def unreachable(cls) -> UpstreamRefused:
        return cls(502, "Bad Gateway")

    @classmethod
    def slow(cls) -> UpstreamRefused:
        return cls(504, "Gateway Timeout")

    @classmethod
    def answered(cls, status: int, headers: Mapping[str, str]) -> UpstreamRefused:
        """The upstream's own status; 502 for one that is no refusal, or no status at all."""
        if not 300 <= status <= 599:
            return cls.unreachable()
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Refused"
        return cls(status, phrase, {name: headers[name] for name in OF_A_REFUSAL if name in headers})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The server behind a bridge. Times in seconds."""

    url: str
    """Its address. A query string of its own comes before that of the client."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers that the bridge adds to every request, in place of those that the client sent under these names, such
    as a key that the upstream wants. Default none."""

    ca_file: Path | None = None
    """Certificates that are trusted instead of the system's. Certificates are always verified."""

    connect_timeout_s: float = 30.0
    """What the upstream may take to accept or refuse a client, `$connect` included; longer is 504. Default 30."""

    slow_reader_s: float = 30.0
    """How long nothing is read from the upstream because the client does not read; then the connection is closed with
    1008. Default 30."""

    close_timeout_s: float = 5.0
    """What ending one connection to the upstream may take; then it is cut. Default 5."""


def check_address(url: str, schemes: Collection[str]) -> SplitResult:
    """The parts of an upstream's address. Raises UpstreamAddressInvalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UpstreamAddressInvalid(url, str(error)) from error
    if parts.scheme not in schemes:
        raise UpstreamAddressInvalid(url, f"it has to begin with {' or '.join(f'{one}://' for one in sorted(schemes))}")
    if "@" in parts.netloc:
        raise UpstreamAddressInvalid(f"{parts.scheme}://…", "it may hold no user and no password")
    if not parts.hostname or port == 0:
        raise UpstreamAddressInvalid(url, "it names no host" if not parts.hostname else "there is no port 0")
    if parts.fragment:
        raise UpstreamAddressInvalid(url, "it may have no fragment")
    if any(not 0x21 <= ord(char) <= 0x7E for char in url):
        raise UpstreamAddressInvalid(url, "it has characters that have to be percent-encoded")
    return parts


def with_query(parts: SplitResult, query: Pairs) -> str:
    """The address with the client's query string after its own."""
    both = "&".join(text for text in (parts.query, urlencode(list(query))) if text)
    return parts._replace(query=both).geturl()


def forwarded_headers(handshake: Handshake, added: Mapping[str, str], *, without: Collection[str] = ()) -> Pairs:
    """The client's headers as the upstream gets them, in their order.

    Hop-by-hop headers, those that `Connection` names, `Sec-WebSocket-*` and those of `OF_THIS_REQUEST` stay here.
    `without`: further names, in lower case. `added` replaces. The client's address ends `X-Forwarded-For`.
    """
    named = ",".join(value for name, value in handshake.headers if name.lower() == "connection")
    dropped = FOR_ONE_HOP | OF_THIS_REQUEST | {"x-forwarded-for", *without, *(name.lower() for name in added)}
    dropped |= {name.strip().lower() for name in named.split(",")}
    kept = [
        (name, value)
        for name, value in handshake.headers
        if name.lower() not in dropped and not name.lower().startswith("sec-websocket-")
    ]
    hops = [
        hop.strip()
        for name, value in handshake.headers
        if name.lower() == "x-forwarded-for"
        for hop in value.split(",")
        if hop.strip()
    ]
    if not hops or hops[-1] != handshake.source_ip:
        hops.append(handshake.source_ip)
    return [*kept, ("X-Forwarded-For", ", ".join(hops)), *added.items()]


def encoded(headers: Pairs) -> list[tuple[bytes, bytes]]:
    """As the bytes that they were when the client sent them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def offered_subprotocols(handshake: Handshake) -> list[str]:
    """What the client would speak, in its order."""
    offers = [value for name, value in handshake.headers if name.lower() == "sec-websocket-protocol"]
    return [offer.strip() for value in offers for offer in value.split(",") if offer.strip()]


def sendable(code: int) -> int:
    """The close code that stands for one of the upstream: none becomes 1000, and one that no frame can carry 1011.

    https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
    """
    if code == 1005:
        return 1000
    return code if code in _CODES or 3000 <= code <= 4999 else 1011


_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})


def verified_tls(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificates and host names. Raises OSError when the file can't be read."""
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
