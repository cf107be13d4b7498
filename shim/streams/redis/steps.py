"""One call of a script: what it is given, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shim.streams.redis.lua import Script

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """`key`: the key that it is about; None for a script about all connections. `read` is called with the answer, in
    the order in which Redis gave its answers, and raises what the caller is to hear."""

    script: Script
    key: str | None
    arguments: tuple[str | bytes | int, ...]
    read: Callable[[Any], T]

    def command(self, offset_ms: int, prefix: str) -> tuple[str | bytes | int, ...]:
        """The words of EVALSHA."""
        keys: tuple[str, ...] = () if self.key is None else (self.key,)
        return ("EVALSHA", self.script.sha, len(keys), *keys, offset_ms, prefix, *self.arguments)


def packed(commands: Iterable[Iterable[str | bytes | int]]) -> bytes:
    """As Redis reads them: https://redis.io/docs/latest/develop/reference/protocol-spec/#arrays

    The client library does the same in many small pieces; pushes spend most of their time there.
    """
    parts: list[bytes] = []
    for command in commands:
        words = [_bytes(word) for word in command]
        parts.append(b"*%d\r\n" % len(words))
        parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


def _bytes(word: str | bytes | int) -> bytes:
    if isinstance(word, bytes):
        return word
    return word.encode("utf-8", "surrogatepass") if isinstance(word, str) else b"%d" % word


def text(value: bytes | None) -> str:
    """What Redis gives as bytes."""
    return "" if value is None else value.decode("utf-8", "surrogatepass")
