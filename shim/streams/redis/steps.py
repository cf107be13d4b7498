"""One call of a script: what it is given, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar, cast

from hiredis import pack_command

from shim.streams.redis.keys import Keys
from shim.streams.redis.lua import Script

T = TypeVar("T")


class Step(NamedTuple, Generic[T]):
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


def packed(words: tuple[str | bytes | int, ...]) -> bytes:
    """A command as Redis reads it: https://redis.io/docs/latest/develop/reference/protocol-spec/#arrays"""
    try:
        return _packed(words)
    except UnicodeEncodeError:  # half a surrogate pair, which is kept as it came
        return _packed(tuple(_bytes(word) for word in words))


_packed = cast("Callable[[tuple[str | bytes | int, ...]], bytes]", pack_command)
"""Its own annotation has tuples of one word."""


def _bytes(word: str | bytes | int) -> bytes | int:
    return word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word


def text(value: bytes | None) -> str:
    """What Redis gives as bytes."""
    return "" if value is None else value.decode("utf-8", "surrogatepass")
