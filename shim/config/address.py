"""Where the shim listens."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass


class AddressUnavailable(Exception):
    """Raised when the shim can't listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(host, port, reason)

    def __str__(self) -> str:
        return f"Can't listen on {self.host}:{self.port}: {self.reason}. Give another --port; 0 picks a free one."


@dataclass(frozen=True, slots=True)
class Address:
    """`port` 0 picks a free one."""

    host: str = "127.0.0.1"
    port: int = 8000

    def bind(self, *, shared: bool = False) -> socket.socket:
        """A listening socket. `shared`: other processes of the same user may listen there too, and each has its share
        of new connections. Raises AddressUnavailable."""
        bound = self.reserve(shared=shared)
        bound.listen(2048)
        return bound

    def reserve(self, *, shared: bool) -> socket.socket:
        """A socket that has the address, and does not listen. Raises AddressUnavailable."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # With its protocol named: event loops send without delay (TCP_NODELAY) only where it is.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            bound.bind((self.host, self.port))
        except OSError as error:
            bound.close()
            reason = (
                "another program listens there" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
            )
            raise AddressUnavailable(self.host, self.port, reason) from error
        return bound


def callable_at(host: str, port: int) -> str:
    """`host:port`, as in a URL, by which this machine reaches what listens on `host`: loopback for all addresses."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - an address that can be called
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
