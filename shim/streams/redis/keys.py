"""Where the keys of a service are. All about one connection is in one partition, and a partition is in one slot.

On one server there is one partition. In a Cluster there are several, whose slots are spread over all masters; what is
about all connections is asked of each of them. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from shim.streams.redis.lua import Script


class Keys:
    """Of partition `number` of `count`."""

    def __init__(self, prefix: str, number: int, count: int) -> None:
        self.tag = f"{{{prefix}}}" if count == 1 else _spread(prefix, number, count)
        self.slot = key_slot(self.tag.encode())

    def of(self, script: Script, ids: Sequence[str]) -> list[str]:
        """All that the script touches, in the order in which it names them."""
        return [f"{self.tag}:{name}" for name in script.shared] + [
            f"{self.tag}:{connection_id}:{part}" for connection_id in ids for part in script.parts
        ]

    def channel(self, name: str) -> str:
        return f"{self.tag}:{name}"


def partition_of(word: str, count: int) -> int:
    """Of a connection by its id, of a session by its digest. The same in all processes."""
    if count == 1:
        return 0
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) % count


def _spread(prefix: str, number: int, count: int) -> str:
    """A tag whose slot is in the part of all slots with this number: masters usually have slots in a row."""
    attempt = 0
    while True:
        tag = f"{{{prefix}:{number}.{attempt}}}"
        if key_slot(tag.encode()) * count // REDIS_CLUSTER_HASH_SLOTS == number:
            return tag
        attempt += 1
