"""An address that somebody listens on, as one that can be called."""

from __future__ import annotations

import asyncio
import socket

import pytest

from shim.config.address import Address, AddressUnavailable, callable_at


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("shim.example.org", "shim.example.org:8000"),
        ("10.0.0.1", "10.0.0.1:8000"),
        ("0.0.0.0", "127.0.0.1:8000"),
        ("2001:db8::1", "[2001:db8::1]:8000"),
        ("::", "[::1]:8000"),
    ],
)
def test_all_addresses_are_called_by_loopback_and_those_of_ipv6_stand_in_brackets(host: str, expected: str) -> None:
    assert callable_at(host, 8000) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_what_is_sent_goes_out_at_once(host: str) -> None:
    """Else a message waits until the client has confirmed the one before it, which takes a client 40 ms."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    try:
        listening = Address(host, 0).bind()
    except AddressUnavailable:
        pytest.skip(f"this machine has no {host}")
    async with await asyncio.start_server(serve, sock=listening) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        assert await accepted
        writer.close()
