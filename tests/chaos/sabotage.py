"""What is broken on purpose in nodes, to see that the checker notices: each changes the product before nodes begin."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from shim.streams.redis import scripts_of_messages, scripts_of_resuming
from shim.streams.redis.attachment import RedisAttachment
from shim.streams.redis.awaiting import RedisAwaiting
from shim.streams.redis.lua import Script
from shim.streams.redis.positions import Positions
from shim.streams.redis.telling import Telling


def _changed(script: Script, words: str, others: str) -> None:
    assert words in script.whole, f"the script {script.name} does not say {words!r}"
    whole = script.whole.replace(words, others)
    object.__setattr__(script, "whole", whole)
    object.__setattr__(script, "sha", hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest())


def push_that_is_not_written() -> None:
    """One push of twenty is acknowledged, and not written."""
    send, count = RedisAwaiting.send, 0

    async def lossy(self: RedisAwaiting, connection_id: str, data: str | bytes, **more: Any) -> int:
        nonlocal count
        count += 1
        return 1 if count % 20 == 0 else await send(self, connection_id, data, **more)

    RedisAwaiting.send = lossy  # type: ignore[method-assign]


def push_that_is_written_twice() -> None:
    send, count = RedisAwaiting.send, 0

    async def twice(self: RedisAwaiting, connection_id: str, data: str | bytes, **more: Any) -> int:
        nonlocal count
        count += 1
        if count % 20 == 0:
            await send(self, connection_id, data)
        return await send(self, connection_id, data, **more)

    RedisAwaiting.send = twice  # type: ignore[method-assign]


def no_comparing() -> None:
    """Lost wake-ups are not found."""

    async def nothing(_self: Positions, **_words: Any) -> None:
        return

    Positions.compare = nothing  # type: ignore[method-assign]


def trimmed_too_soon() -> None:
    """What no client has yet is dropped when a second one comes."""
    _changed(scripts_of_messages.SEND, "kept > most_bytes or q - first + 1 > most", "q - first + 1 > 1")


def forgotten_cursor() -> None:
    """A client goes on where the last stream stopped, whatever it says it has."""
    _changed(scripts_of_resuming.ATTACH, "local known = at.is_known", "local known = false")


def end_that_is_told_twice() -> None:
    begin = Telling._tell

    async def twice(self: Telling, *words: Any) -> None:
        await begin(self, *words)
        await begin(self, *words)

    Telling._tell = twice  # type: ignore[method-assign]


def gap_that_is_not_told() -> None:
    encode = RedisAttachment.encode

    def silent(self: RedisAttachment, taken: Any) -> bytes:
        return b": nothing\n\n" if type(taken).__name__ == "Gap" else encode(self, taken)

    RedisAttachment.encode = silent  # type: ignore[method-assign]


SABOTAGES: Final[dict[str, Callable[[], None]]] = {
    sabotage.__name__: sabotage
    for sabotage in (
        push_that_is_not_written,
        push_that_is_written_twice,
        no_comparing,
        trimmed_too_soon,
        forgotten_cursor,
        end_that_is_told_twice,
        gap_that_is_not_told,
    )
}
