"""One call of a script: what it is given, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shim.streams.redis.keys import Keys
from shim.streams.redis.lua import Script

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """`ids`: the connections that it is about; none for a script about a partition. `read` is called with the answer,
    in the order in which Redis gave its answers, and raises what the caller is to hear."""

    script: Script
    ids: tuple[str, ...]
    arguments: tuple[str | bytes | int, ...]
    read: Callable[[Any], T]

    def command(self, offset_ms: int, keys: Keys) -> tuple[str | bytes | int, ...]:
        """The words of EVALSHA."""
        names = keys.of(self.script, self.ids)
        return ("EVALSHA", self.script.sha, len(names), *names, offset_ms, keys.tag, *self.ids, *self.arguments)


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


async def asked(connection: Any, *commands: Iterable[str | bytes | int]) -> list[Any]:  # noqa: ANN401 - partly untyped
    """The answers, on a connection on which nothing else is under way. Raises RedisError or OSError."""
    await connection.send_packed_command(packed(commands), check_health=False)
    return [await connection.read_response() for _command in commands]


def _bytes(word: str | bytes | int) -> bytes:
    if isinstance(word, bytes):
        return word
    return word.encode("utf-8", "surrogatepass") if isinstance(word, str) else b"%d" % word


def text(value: bytes | None) -> str:
    """What Redis gives as bytes."""
    return "" if value is None else value.decode("utf-8", "surrogatepass")
