"""What POSTs with a key were answered, for retries that come to another node."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from shim.faces.idempotency import Answer, Answers, Claim
from shim.streams import BrokerUnavailable

if TYPE_CHECKING:
    from shim.streams.redis.answers import RedisAnswers  # which needs the package redis

logger = logging.getLogger(__name__)


class SharedAnswers:
    """Implements `AnswerStore`. `own`: those of this node, which asks nobody for them."""

    def __init__(self, own: Answers, answers: RedisAnswers) -> None:
        self._own = own
        self._answers = answers

    async def keep(self, claim: Claim, answer: Answer) -> None:
        await self._own.keep(claim, answer)
        try:
            await self._answers.keep(claim.connection_id, claim.key, json.dumps(asdict(answer)))
        except BrokerUnavailable as error:
            logger.warning("other nodes are not told what a POST was answered: %s", error)

    async def find(self, claim: Claim) -> Answer | None:
        """Raises BrokerUnavailable."""
        known = await self._own.find(claim)
        if known is not None:
            return known
        text = await self._answers.find(claim.connection_id, claim.key)
        if not text:
            return None
        found = json.loads(text)
        answer = Answer(tuple(found["message_ids"]), found["status"], found["text"])
        return answer if answer.message_ids == claim.message_ids else None
