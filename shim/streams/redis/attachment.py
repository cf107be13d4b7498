"""A stream's hold on a connection in Redis."""

from __future__ import annotations

from shim.streams.attachment import MOST_BYTES_AT_ONCE, Attachment
from shim.streams.connection import Event, Gap
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.node import Node
from shim.streams.wire import encode_control, encode_message


class RedisAttachment(Attachment):
    """As `Attachment`. Nothing here waits for Redis: what is not here yet is read meanwhile, and wakes."""

    __slots__ = ("_hosted", "_node")

    def __init__(self, node: Node, hosted: Hosted) -> None:
        self._node = node
        self._hosted = hosted

    @property
    def epoch(self) -> str:
        return self._hosted.epoch

    @property
    def first_id(self) -> str:
        return f"{self._hosted.epoch}.{self._hosted.life}.{self._hosted.broadcasts.first}-0"

    @property
    def closed(self) -> bool:
        return self._hosted.closed

    @property
    def close_code(self) -> int:
        return 1000 if self._hosted.end is None else self._hosted.end[2]

    @property
    def close_reason(self) -> str:
        return "" if self._hosted.end is None else self._hosted.end[3]

    def take(self) -> list[Event | Gap] | None:
        hosted = self._hosted
        if hosted.superseded:
            return None
        taken: list[Event | Gap] = []
        size = 0
        while size < MOST_BYTES_AT_ONCE and (one := hosted.next()) is not None:
            taken.append(one)
            if isinstance(one, Gap):
                self._node.told_of_gap()
            else:
                size += len(one.message.data)
        self._node.streams.feed(hosted)
        return taken

    def take_encoded(self) -> bytes | None:
        hosted = self._hosted
        if hosted.superseded:
            return None
        parts = []
        size = 0
        while size < MOST_BYTES_AT_ONCE and (one := hosted.next()) is not None:
            parts.append(self.encode(one))
            size += len(parts[-1])
            if isinstance(one, Gap):
                self._node.told_of_gap()
        self._node.streams.feed(hosted)
        return b"".join(parts)

    @property
    def drained(self) -> bool:
        return self._hosted.drained

    def encode(self, taken: Event | Gap) -> bytes:
        if isinstance(taken, Gap):
            return encode_control("gap", {"from": taken.first, "to": taken.last})
        return encode_message(self.epoch + taken.mark, taken.seq, taken.message.body)

    def end(self) -> None:
        self._node.detach(self._hosted)
