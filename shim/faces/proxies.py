"""Who a client is when proxies stand in between: only those that are listed are believed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from shim.faces.options import FaceOptions
from shim.faces.origins import normal_origin

WITHOUT_A_PEER = "127.0.0.1"
"""Source address of a request that came over a Unix socket."""


@dataclass(frozen=True, slots=True)
class Peer:
    """How the client reached the first proxy, or us."""

    source_ip: str
    port: int
    scheme: str

    def origin(self, host: str | None) -> str | None:
        """The origin of the address that was asked for; None without a Host header that names one."""
        return None if host is None else normal_origin(f"{self.scheme}://{host}")


def read_peer(connection: HTTPConnection, options: FaceOptions) -> Peer:
    """From the TCP connection; from X-Forwarded-For, -Port and -Proto as far as trusted proxies wrote them."""
    client, server = connection.client, connection.scope.get("server")
    peer = client.host if client else WITHOUT_A_PEER
    scheme = "https" if connection.scope["scheme"] in {"https", "wss"} else "http"
    port = server[1] if server and server[1] else _default_port(scheme)
    if not options.proxy_networks or not _trusted(peer, options):
        return Peer(peer, port, scheme)
    headers = connection.headers
    said = _last(headers, "x-forwarded-proto").lower()
    if said in {"http", "https"}:
        scheme, port = said, _default_port(said)
    asked = _last(headers, "x-forwarded-port")
    if asked.isascii() and asked.isdigit() and len(asked) <= 5 and 0 < int(asked) < 65_536:
        port = int(asked)
    return Peer(_source(peer, headers, options), port, scheme)


def _source(peer: str, headers: Headers, options: FaceOptions) -> str:
    """The nearest hop that is no trusted proxy; what stands before it in the header, anybody may have written."""
    hops = ",".join(headers.getlist("x-forwarded-for")).split(",")
    source = peer
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return source
        source = str(address)
        if not _trusted(source, options):
            return source
    return source


def _trusted(host: str, options: FaceOptions) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in options.proxy_networks)


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """Some proxies add a port: `203.0.113.7:4711`, `[2001:db8::1]:4711`."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _last(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
