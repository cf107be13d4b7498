"""What messages were answered, which all nodes know for a while."""

from __future__ import annotations

from typing import Final

from shim.streams.redis import scripts_of_answers as answering
from shim.streams.redis.steps import Step, text
from shim.streams.redis.together import Together

KEPT_MS: Final = 300_000

MOST_BYTES: Final = 262_144
"""Of the answers of one connection that are kept; the latest is kept however long it is."""


class RedisAnswers:
    """By connection and idempotency key. Each method raises BrokerUnavailable."""

    def __init__(self, together: Together) -> None:
        self._together = together

    async def begin(self, connection_id: str, key: str, seconds: float) -> None:
        """It is waited for, for at most so long: whoever waits may not be there any more."""
        await self._keep(connection_id, key, int(seconds * 1000), "")

    async def end(self, connection_id: str, key: str, answer: str) -> None:
        """`answer`: not empty."""
        await self._keep(connection_id, key, 0, answer)

    async def find(self, connection_id: str, key: str) -> tuple[bool, str]:
        """Whether it is still waited for, and what it was; empty when it is not known."""

        def read(answer: list[bytes]) -> tuple[bool, str]:
            return bool(answer[0]), text(answer[1])

        return await self._together.run(Step(answering.FIND_ANSWER, (connection_id,), (key,), read))

    async def _keep(self, connection_id: str, key: str, waiting_ms: int, answer: str) -> None:
        arguments = (key, waiting_ms, answer, MOST_BYTES, KEPT_MS)
        await self._together.run(Step(answering.KEEP_ANSWER, (connection_id,), arguments, int))
