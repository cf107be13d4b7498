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

    async def keep(self, connection_id: str, key: str, answer: str) -> None:
        """`answer`: not empty."""
        arguments = (key, answer, MOST_BYTES, KEPT_MS)
        await self._together.run(Step(answering.KEEP_ANSWER, (connection_id,), arguments, int))

    async def find(self, connection_id: str, key: str) -> str:
        """Empty when it is not known."""
        return await self._together.run(Step(answering.FIND_ANSWER, (connection_id,), (key,), text))
