"""The file of requests that the load generator sends: made before a run, so that the run measures servers alone.

Little-endian. Header of 16 bytes: magic, number of requests, number of the first message. Then for each request its
offset in the file, its length, where its payload lies (from its own offset) and how long that is, and the stream that
it is for. A payload that doesn't stand in the request as it is, because the server takes it in other words, follows it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"SSEREQ1\0"
EVERY_STREAM = 0xFFFFFFFF
_HEADER = struct.Struct("<8sII")
_ENTRY = struct.Struct("<QIIII")


@dataclass(frozen=True, slots=True)
class Request:
    """`target`: index of the stream that gets `payload`, or EVERY_STREAM."""

    data: bytes
    payload: bytes
    target: int


def write_requests(path: Path, requests: Iterable[Request], *, first_number: int = 0) -> int:
    """Writes the file; returns how many requests it holds. Payload i must be `payload(first_number + i, …)`."""
    entries = list(requests)
    offset = _HEADER.size + len(entries) * _ENTRY.size
    with path.open("wb") as file:
        file.write(_HEADER.pack(MAGIC, len(entries), first_number))
        for entry in entries:
            place = entry.data.find(entry.payload) if entry.payload else 0
            file.write(_ENTRY.pack(offset, len(entry.data), _end(entry, place), len(entry.payload), entry.target))
            offset += len(entry.data) + (len(entry.payload) if place < 0 else 0)
        for entry in entries:
            file.write(entry.data)
            if entry.payload not in entry.data:
                file.write(entry.payload)
    return len(entries)


def _end(entry: Request, place: int) -> int:
    return len(entry.data) if place < 0 else place


def payload(number: int, size: int) -> bytes:
    """A JSON text of exactly `size` bytes (at least 30) that carries its message's number where it is looked for."""
    head = b'{"n":"%010d","text":"' % number
    return head + b"x" * (size - len(head) - 2) + b'"}'
