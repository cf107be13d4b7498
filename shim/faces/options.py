"""What a team may change about the faces of clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from shim.faces.origins import normal_origin


class InvalidFaceOptions(ValueError):
    """Raised when options contradict one another or can't be read; `option` is the name of the first."""

    def __init__(self, option: str, problem: str) -> None:
        self.option, self.problem = option, problem
        super().__init__(option, problem)

    def __str__(self) -> str:
        return f"{self.option}: {self.problem}"


@dataclass(frozen=True, slots=True)
class FaceOptions:
    """Times in seconds, sizes in bytes. The defaults trust nobody. Raises InvalidFaceOptions."""

    allowed_origins: tuple[str, ...] = ()
    """Origins whose pages may use the SSE protocol, such as `https://app.example.org`; `*`: any, without credentials.
    Default none: no CORS headers are sent."""

    websocket_origins: tuple[str, ...] | None = None
    """Origins whose pages may open a WebSocket. None, the default: any, as at API Gateway. A client that is no browser
    sends no Origin, and is not refused."""

    cookies: bool = False
    """Whether `?stream=<name>` keeps the session in a cookie. Default off."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks, such as `10.0.0.0/8`, whose X-Forwarded-For, -Port and -Proto are believed. Default
    none."""

    tickets: int = 1_024
    """Most tickets that are out and not used; 0 turns tickets off. Default 1,024."""

    tickets_of_one_address: int = 64
    """Most of them that went to one source address. Default 64."""

    ticket_s: float = 30.0
    """How long a ticket may be used, at most 30. Default 30."""

    wait_s: float = 30.0
    """The longest that `Prefer: wait` is honoured; 0 turns it off. Default 30, for integrations take at most 29."""

    body_s: float = 10.0
    """How long the body of a request may take to arrive. Default 10."""

    batch_lines: int = 100
    """Most messages in one NDJSON batch. Default 100."""

    batch_bytes: int = 262_144
    """Largest NDJSON batch. Default 256 KB."""

    answers_bytes: int = 16_777_216
    """Most bytes of answers to `Prefer: wait` that are kept for retries, of all clients. Default 16 MiB."""

    write_s: float = 30.0
    """How long a WebSocket may take to accept one message before it is closed with 1008. Default 30."""

    proxy_networks: tuple[IPv4Network | IPv6Network, ...] = field(init=False)
    """`trusted_proxies`, read."""

    def __post_init__(self) -> None:
        for option in ("allowed_origins", "websocket_origins"):
            origins = getattr(self, option)
            if origins is not None:
                object.__setattr__(self, option, tuple(_origin(option, origin) for origin in origins))
        if self.cookies and "*" in self.allowed_origins:
            raise InvalidFaceOptions("allowed_origins", "with cookies every origin must be named; * is not one")
        if not 0 < self.ticket_s <= 30:
            raise InvalidFaceOptions("ticket_s", "must be more than 0 and at most 30 seconds")
        try:
            networks = tuple(ip_network(network, strict=False) for network in self.trusted_proxies)
        except ValueError as error:
            raise InvalidFaceOptions("trusted_proxies", str(error)) from error
        object.__setattr__(self, "proxy_networks", networks)


def _origin(option: str, value: str) -> str:
    origin = value if value == "*" else normal_origin(value)
    if origin is None:
        raise InvalidFaceOptions(option, f"{value!r} is not an origin such as https://app.example.org")
    return origin
