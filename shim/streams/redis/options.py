"""Which Redis, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = ("redis", "rediss", "unix")


class RedisUrlInvalid(ValueError):
    """Raised for an address that is none of a Redis server. Says nothing of it but the scheme: it may hold a
    password."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        super().__init__(scheme)

    def __str__(self) -> str:
        return f"the address of Redis begins with redis://, rediss:// or unix://, not with {self.scheme or 'nothing'}"


@dataclass(frozen=True, slots=True, repr=False)
class RedisOptions:
    """Many nodes serve the same connections when all have the same `url` and `prefix`."""

    url: str
    """`redis://`, with TLS `rediss://`, or `unix://` and a path; user and password of an ACL user may be in it. One
    server: neither Sentinel nor Cluster."""

    prefix: str = "ws2sse"
    """What all keys and channels begin with. Default `ws2sse`."""

    timeout_s: float = 2.0
    """Seconds that Redis may take to answer; later, pushes and new streams are refused with 503. Default 2."""

    lease_s: float = 15.0
    """Seconds after which a node that does not renew its lease is given up, and its connections may end. Default 15."""

    check_s: float = 15.0
    """Seconds between two comparisons of what a node has with what Redis has. Default 15."""

    unready_s: float = 10.0
    """Seconds for which Redis may be away before `/readyz` says so, with 503. Default 10."""

    def __repr__(self) -> str:
        return f"RedisOptions(prefix={self.prefix!r})"  # the address may hold a password

    def __post_init__(self) -> None:
        scheme = urlsplit(self.url).scheme
        if scheme not in SCHEMES:
            raise RedisUrlInvalid(scheme)
