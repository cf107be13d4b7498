"""What TCP is told of peers that vanish."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from shim.streams.response import SEND_TIMEOUT_S


def give_up_on_dead_peers(transport: asyncio.Transport) -> None:
    """A peer that acknowledges nothing for `SEND_TIMEOUT_S` is gone: https://www.rfc-editor.org/rfc/rfc5482"""
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
        with suppress(OSError):  # it has just gone
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SEND_TIMEOUT_S * 1000))
