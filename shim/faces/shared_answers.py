"""What POSTs with a key were answered, for retries that come to another node."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from shim.faces.idempotency import Answer, Answers, Claim, Waiting
from shim.streams import BrokerUnavailable

if TYPE_CHECKING:
    from shim.streams.redis.answers import RedisAnswers  # which needs the package redis

logger = logging.getLogger(__name__)

GRACE_S = 5.0
"""How much longer than it wants to a POST may wait."""


class SharedAnswers:
    """Implements `AnswerStore`. `own`: those of this node, which asks nobody for them."""

    def __init__(self, own: Answers, answers: RedisAnswers) -> None:
        self._own = own
        self._answers = answers

    async def begin(self, claim: Claim, wait_s: float) -> None:
        await self._own.begin(claim, wait_s)
        if wait_s:
            try:
                await self._answers.begin(claim.connection_id, claim.key, wait_s + GRACE_S)
            except BrokerUnavailable as error:
                logger.warning("other nodes are not told of a POST that waits: %s", error)

    async def end(self, claim: Claim, answer: Answer, wait_s: float) -> None:
        await self._own.end(claim, answer, wait_s)
        if wait_s or answer.status != 202:
            try:
                await self._answers.end(claim.connection_id, claim.key, json.dumps(asdict(answer)))
            except BrokerUnavailable as error:
                logger.warning("other nodes are not told what a POST was answered: %s", error)

    async def find(self, claim: Claim) -> Answer | Waiting | None:
        """Raises BrokerUnavailable."""
        known = await self._own.find(claim)
        if known is not None:
            return known
        waiting, text = await self._answers.find(claim.connection_id, claim.key)
        if waiting:
            return Waiting()
        if not text:
            return None
        found = json.loads(text)
        return Answer(tuple(found["message_ids"]), found["status"], found["text"])
