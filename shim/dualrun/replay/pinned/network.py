"""The network of a pinned process is closed: it reaches what listens in this process, and nothing else."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final

Refused = Callable[[str], None]
"""Told 'host:port' of each attempt."""

_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")


class NetworkClosed(ConnectionRefusedError):
    """Raised when something outside of the pinned world is asked for. `where`: host:port, or a name."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(errno.ECONNREFUSED, str(self))

    def __str__(self) -> str:
        return (
            f"{self.where} is outside of the pinned world, whose network is closed; [[verify.stub]] of ws2sse.toml can "
            "answer for it"
        )


class NameUnresolved(NetworkClosed, socket.gaierror):
    """The same, when a name is looked up: callers expect socket.gaierror."""


def close_network(refused: Refused, ports: Iterable[int] = ()) -> None:
    """Before the application is imported. Ports that this process listens on stay open to it, and `ports`."""
    own = set(ports)
    listen, connect, connect_ex = socket.socket.listen, socket.socket.connect, socket.socket.connect_ex
    sendto, getaddrinfo = socket.socket.sendto, socket.getaddrinfo

    def check(sock: socket.socket, address: Any) -> None:  # noqa: ANN401 - of any family
        if sock.family not in {socket.AF_INET, socket.AF_INET6}:
            raise _refusal(str(address))
        host, port = str(address[0]), int(address[1])
        if not (is_loopback(host) and port in own):
            raise _refusal(f"{host}:{port}")

    def _refusal(where: str) -> NetworkClosed:
        refused(where)
        return NetworkClosed(where)

    def guarded_listen(sock: socket.socket, *backlog: int) -> None:
        listen(sock, *backlog)
        if sock.family in {socket.AF_INET, socket.AF_INET6}:
            own.add(sock.getsockname()[1])

    def guarded_connect(sock: socket.socket, address: Any) -> None:  # noqa: ANN401
        check(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:  # noqa: ANN401
        try:
            check(sock, address)
        except NetworkClosed:
            return errno.ECONNREFUSED
        return connect_ex(sock, address)

    def guarded_sendto(sock: socket.socket, data: Any, *rest: Any) -> int:  # noqa: ANN401
        check(sock, rest[-1])
        return sendto(sock, data, *rest)

    def guarded_getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        name = host.decode() if isinstance(host, bytes) else host
        if name and name != "localhost" and not _is_address(name):
            where = f"{name}:{port}" if port else name
            refused(where)
            raise NameUnresolved(where)
        return getaddrinfo(host, port, *rest, **options)

    socket.socket.listen = guarded_listen  # type: ignore[assignment, method-assign]
    socket.socket.connect = guarded_connect  # type: ignore[assignment, method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[assignment, method-assign]
    socket.socket.sendto = guarded_sendto  # type: ignore[assignment, method-assign]
    socket.getaddrinfo = guarded_getaddrinfo


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_outside(host: str) -> bool:
    """Neither this machine nor AWS, for which moto answers. `host`: in lower case."""
    return not is_loopback(host) and not host.endswith(_AWS)


def is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)
