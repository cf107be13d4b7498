"""Messages to one connection."""

from __future__ import annotations

from typing import Any, NamedTuple

from shim.streams.connection import Message


class Own(NamedTuple):
    """`after`: number of the last broadcast before it; `total`: bytes of all messages to this connection before it."""

    seq: int
    after: int
    total: int
    message: Message


def read_own(entry: Any) -> Own:  # noqa: ANN401 - what XRANGE gives
    seq, fields = entry
    message = Message(fields[1], int(fields[7]) / 1000, binary=fields[9] == b"1")
    return Own(int(seq.partition(b"-")[0]), int(fields[3]), int(fields[5]), message)
