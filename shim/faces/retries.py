"""Messages with an `Idempotency-Key`: which are being handled here, and what a retry of one is answered."""

from __future__ import annotations

import asyncio

from shim.faces.idempotency import Answer, Answers, AnswerStore, Claim
from shim.faces.options import FaceOptions
from shim.faces.refusal import Refusal
from shim.faces.shared_answers import SharedAnswers
from shim.streams import ClaimState, Streams
from shim.streams.spreading import BUSY_S, retry_after


class Retries:
    """For each claim that is FIRST: `begin`, and when its POST is answered, `answered`."""

    def __init__(self, streams: Streams, options: FaceOptions) -> None:
        self._streams = streams
        self._answers = _answers_of(streams, options)
        self._here: dict[Claim, bool] = {}
        """Those that are being handled, and whether their POST waits for the answer."""
        self._saying: set[asyncio.Task[None]] = set()

    def begin(self, claim: Claim, *, waits: bool) -> None:
        self._here[claim] = waits

    async def answered(self, claim: Claim, answer: Answer, handling: asyncio.Task[str | None]) -> None:
        """What other nodes have to know of an answer they know when this returns, also when whoever waits for it is
        cancelled."""
        self._here[claim] = False
        if not handling.done():
            handling.add_done_callback(lambda _done: self._handled(claim, answer, handling))
            return
        saying = self._handled(claim, answer, handling)
        if saying is not None and answer.status != 202:
            await asyncio.shield(saying)

    async def again(self, claim: Claim, wait_s: float) -> Answer:
        """To a retry. Raises Refusal: 409 when it can't be said that the message is handled; BrokerUnavailable."""
        taken = Answer(claim.message_ids, 202)
        if claim.state is ClaimState.ENDED:
            return await self._answers.find(claim) or taken
        waits = self._here.get(claim)
        if waits is None:
            raise Refusal(409, "the first POST with this Idempotency-Key is not handled yet", retry_after(BUSY_S))
        if waits and wait_s:
            raise Refusal(409, "the first POST with this Idempotency-Key is not answered yet", retry_after(BUSY_S))
        return taken

    def _handled(self, claim: Claim, answer: Answer, handling: asyncio.Task[str | None]) -> asyncio.Task[None] | None:
        """None for one that was cancelled, as it is when the process ends: it was not handled."""
        if handling.cancelled():
            return None
        saying = asyncio.create_task(self._ended(claim, answer))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)
        return saying

    async def _ended(self, claim: Claim, answer: Answer) -> None:
        ended = self._streams.awaiting.end_claim(claim.connection_id, claim.key, claim.text)
        if answer.status == 202:
            await ended
        else:
            await asyncio.gather(self._answers.keep(claim, answer), ended)  # in this order, in one round trip
        self._here.pop(claim)


def _answers_of(streams: Streams, options: FaceOptions) -> AnswerStore:
    own = Answers(options.answers_bytes)
    return own if streams.answers is None else SharedAnswers(own, streams.answers)
