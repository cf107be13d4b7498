"""Which Redis, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shim.streams.limits import StreamLimits
from shim.streams.redis.addresses import Address, RedisUrlInvalid, address_of
from shim.streams.redis.fitting import OptionsDoNotFit
from shim.streams.redis.lua import DAY_MS, KEEP_EVERY_S

PARTITIONS_OF_A_CLUSTER: Final = 8

MOST_PARTITIONS: Final = 64
"""Each of which a node has two connections for, and whatever is about all connections is asked of all of them."""

RENEWALS: Final = 3
"""Of a lease, in the time for which it is given."""

KEPT_S: Final = DAY_MS / 1000 - KEEP_EVERY_S
"""For which Redis keeps at least what a node that died had renewed."""


@dataclass(frozen=True, slots=True, repr=False)
class RedisOptions:
    """Many nodes serve the same connections when all have the same `url`, `prefix` and `partitions`. Raises
    RedisUrlInvalid or OptionsDoNotFit."""

    url: str
    """`redis://HOST:PORT/DB`, with TLS `rediss://`, or `unix://` and a path; `redis+sentinel://HOST:PORT,HOST:PORT/NAME`
    for the master of this name; `redis+cluster://HOST:PORT,HOST:PORT`; these with TLS as `rediss+…`. User and password
    of an ACL user may stand before the hosts, those for Sentinels in `?sentinel_username=…&sentinel_password=…`."""

    prefix: str = "ws2sse"
    """What all keys and channels begin with, in braces. Default `ws2sse`."""

    partitions: int | None = None
    """Slots over which a Cluster has the connections; a broadcast is written to each. Never to be changed while nodes
    run. Default 8 in a Cluster, else 1."""

    ca_file: Path | None = None
    """Certificates of authorities by which the server's certificate is verified, as it always is. None (the default):
    those of the system."""

    certificate_file: Path | None = None
    """The certificate that is shown to the server. Default None."""

    key_file: Path | None = None
    """Its private key. None (the default): it is in `certificate_file`."""

    timeout_s: float = 2.0
    """Seconds that Redis may take to answer; later, pushes and new streams are refused with 503. At most two thirds of
    `lease_s`. Default 2."""

    lease_s: float = 15.0
    """Seconds after which a node that does not renew its lease is given up, and its connections may end. Default 15."""

    check_s: float = 15.0
    """Seconds between two comparisons of what a node has with what Redis has. Default 15."""

    unready_s: float = 10.0
    """Seconds for which Redis may be away before `/readyz` says so, with 503. Default 10."""

    def __repr__(self) -> str:
        return f"RedisOptions(prefix={self.prefix!r})"  # the address may hold a password

    def __post_init__(self) -> None:
        address = self.address
        if not address.tls and (self.ca_file or self.certificate_file or self.key_file):
            raise RedisUrlInvalid("is without TLS, and files of certificates are given")
        most_s = round(self.lease_s * (RENEWALS - 1) / RENEWALS, 6)
        if self.timeout_s > most_s:
            raise OptionsDoNotFit(
                "redis.timeout_s",
                self.timeout_s,
                most_s,
                "s",
                beside="redis.lease_s",
                beside_s=self.lease_s,
                why="a renewal after a third of the lease has to be answered before its end",
            )

    @property
    def address(self) -> Address:
        return address_of(self.url)

    @property
    def count(self) -> int:
        """Of partitions."""
        if self.partitions is not None:
            return self.partitions
        return PARTITIONS_OF_A_CLUSTER if self.address.kind == "cluster" else 1


def check_fit(redis: RedisOptions, streams: StreamLimits) -> None:
    """Raises OptionsDoNotFit for what holds each by itself, and not over Redis."""
    window_s = streams.resume_window_s
    if window_s + redis.lease_s > KEPT_S:
        raise OptionsDoNotFit(
            "streams.resume_window_s",
            window_s,
            max(0.0, KEPT_S - redis.lease_s),
            "s",
            beside="redis.lease_s",
            beside_s=redis.lease_s,
            why=f"{KEPT_S / 3600:g} hours after a node died Redis may not have its connections any more, and nobody "
            "would be told of their ends",
        )
