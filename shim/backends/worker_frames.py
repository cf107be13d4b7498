"""What the shim and its worker processes say to each other: a JSON object, and bytes that belong to it.

On the wire: two lengths of 4 bytes, big-endian, then the object, then the bytes. No I/O here.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST_BYTES: Final = 16_777_216
"""Of one frame. Events, answers and pushes are smaller; more is not one of ours."""

_LENGTHS: Final = struct.Struct("!II")

Frame = tuple[dict[str, Any], bytes]


class FrameTooLarge(Exception):
    """Raised for a frame beyond MOST_BYTES; nothing of it was kept."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(size)

    def __str__(self) -> str:
        return f"a frame of {self.size} bytes, more than {MOST_BYTES}"


def encode(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Raises FrameTooLarge."""
    text = json.dumps(head, separators=(",", ":")).encode()
    if len(text) + len(body) > MOST_BYTES:
        raise FrameTooLarge(len(text) + len(body))
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


class FrameReader:
    """Cuts a stream of bytes into frames, however it was cut on its way."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole now. Raises FrameTooLarge; the reader is of no use afterwards."""
        self._rest += data
        while len(self._rest) >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(self._rest)
            if head + body > MOST_BYTES:
                raise FrameTooLarge(head + body)
            end = _LENGTHS.size + head + body
            if len(self._rest) < end:
                return
            whole = bytes(self._rest[_LENGTHS.size : end])
            del self._rest[:end]
            yield json.loads(whole[:head]), whole[head:]
