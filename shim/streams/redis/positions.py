"""What a node has compared with what Redis has: for wake-ups that were lost, and for a Redis that lost more."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from shim.streams.limits import StreamLimits
from shim.streams.records import DOES_NOT_READ
from shim.streams.redis import scripts_of_connections as connecting
from shim.streams.redis import scripts_of_ends as ending
from shim.streams.redis import scripts_of_nodes as nodes
from shim.streams.redis import scripts_of_resuming as resuming
from shim.streams.redis.annotations import attributes_of
from shim.streams.redis.batches import Batches
from shim.streams.redis.broadcasts import Known
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.operations import Operations
from shim.streams.redis.places import elsewhere, lives_between, words
from shim.streams.redis.registry import Registry
from shim.streams.redis.steps import Step, text

logger = logging.getLogger(__name__)

CHECKED_AT_ONCE: Final = 200

MOST_FORMER: Final = 8
"""Epochs of a connection before the last one: whoever had an event of them lacks what was lost since."""


Phase = tuple[tuple[str, str], int]
"""Of a connection, when Redis is asked about it: how it was written, and the doubts that there were."""


class Positions:
    """Of the streams in `registry`, which are those of the node `node_id`."""

    def __init__(
        self, node_id: str, limits: StreamLimits, operations: Operations, batches: Batches, registry: Registry
    ) -> None:
        self._node_id = node_id
        self._limits = limits
        self._operations = operations
        self._batches = batches
        self._registry = registry
        self._said = 0
        self._doubtful: list[Hosted] = []

    async def compare(self, *, keep: bool) -> None:
        """All of them. `keep`: also renews what would expire. Raises BrokerUnavailable."""
        everyone = self._registry.all()
        for start in range(0, max(1, len(everyone)), CHECKED_AT_ONCE):
            asked = [one for one in everyone[start : start + CHECKED_AT_ONCE] if self._registry.has(one)]
            if not await self._batches.run(self._check(asked)):
                await self._batches.run(self._check(asked))
            if keep:
                await self._batches.run(Step(nodes.KEEP, tuple(one.id for one in asked), (), lambda _answer: None))

    async def let_go(self, is_known: Callable[[str], bool]) -> int:
        """Lets go of connections that Redis says are held here, and that are not known otherwise either when it says
        so: whoever attached to them was not answered. Returns how many. For after `compare`. Raises
        BrokerUnavailable."""
        if self._said <= len(self._registry.all()):
            return 0

        def read(answer: list[bytes]) -> list[str]:
            """What is attached to from now on comes after this; what was asked for already, before it."""
            ids = [text(one) for one in answer]
            found = [one for one in ids if self._registry.get(one) is None and not is_known(one)]
            for one in found:
                self._batches.post(Step(nodes.LET_GO, (one,), (self._node_id,), int))
            return found

        most = self._said + CHECKED_AT_ONCE
        return len(await self._batches.run(Step(nodes.HOSTED, (), (self._node_id, most), read)))

    def compare_all_soon(self) -> None:
        self._compare_some_soon(self._registry.all())

    def compare_soon(self, hosted: Hosted) -> None:
        self._compare_some_soon([hosted])

    def doubt(self, hosted: Hosted) -> None:
        """There may be messages of which this node was not told: it was given up, or a call of its own had no answer.
        Broadcasts wait until this connection was compared anew, together with all that are in doubt in this turn."""
        hosted.doubt()
        if not self._doubtful:
            asyncio.get_running_loop().call_soon(self._compare_doubtful)
        self._doubtful.append(hosted)

    async def close_stalled(self) -> int:
        """Ends the connections whose clients have not read for too long; returns how many."""
        closed = 0
        for hosted in [one for one in self._registry.all() if one.stalled]:
            arguments = (hosted.generation, int(self._limits.slow_reader_s * 1000), DOES_NOT_READ[1])
            step = Step(ending.CLOSE_STALLED, (hosted.id,), arguments, int)
            closed += await self._batches.run(step)
        return closed

    def _compare_doubtful(self) -> None:
        doubtful, self._doubtful = self._doubtful, []
        self._compare_some_soon([one for one in doubtful if self._registry.has(one)])

    def _compare_some_soon(self, some: list[Hosted]) -> None:
        for start in range(0, len(some), CHECKED_AT_ONCE):
            self._batches.post(self._check(some[start : start + CHECKED_AT_ONCE]))

    def _check(self, asked: list[Hosted]) -> Step[bool]:
        """False: Redis lost all, and a life begins before the next step."""
        generations = (hosted.generation for hosted in asked)
        known = [(hosted, hosted.known, (hosted.written, hosted.doubts)) for hosted in asked]
        ids = tuple(hosted.id for hosted in asked)
        read = partial(self._checked, self._registry.log.known, known)
        return Step(nodes.CHECK, ids, (self._node_id, *generations), read)

    def _checked(self, log: Known, asked: list[tuple[Hosted, int, Phase]], found: list[Any]) -> bool:
        """`log`: what was known of it when this was asked. Of a connection that was written again meanwhile this tells
        nothing: it would be written once more, over what was sent since. Nor does it settle a doubt that came later."""
        last, life, self._said, *states = found
        if text(life) != self._registry.log.life:
            self._batches.forget_life()
            return False
        self._batches.counts.compared += len(asked)
        self._registry.compare_log(int(last), log)
        for (hosted, known, phase), state in zip(asked, states, strict=True):
            if self._registry.has(hosted) and (hosted.written, hosted.doubts) == phase:
                hosted.compared_in = log.subscription
                self._found(hosted, state, known)
        return True

    def _found(self, hosted: Hosted, found: list[Any], known: int) -> None:
        """`known`: the last message that was known when this was asked; a Redis that has fewer has lost some. One that
        ended gets none that came after its end, and is looked at like others until its stream ends: what is to be
        written before that may be missing still."""
        state, generation, seq, stalled, epoch, code, reason, ended_after = found
        counted = self._batches.counts.found
        if state is not None and int(generation) > hosted.generation:
            counted["moved"] += 1
            self._registry.superseded(hosted)
            return
        relives = hosted.life != self._registry.log.life or text(epoch) not in {"", hosted.epoch}
        is_over = state is None and hosted.end is not None and not relives  # and no longer kept, since it was told
        if not is_over and (state in {None, b"p"} or text(epoch) not in hosted.epochs):
            counted["lost"] += 1
            self._restore(hosted)
            return
        if relives:
            counted["lost"] += 1
            self._relive(hosted)
            return
        if not is_over and int(seq) < known:
            counted["lost"] += 1
            self._restore(hosted)
            return
        hosted.reading_own = hosted.broadcasts.is_reading = False
        if state == b"c":
            counted["ended"] += hosted.end is None
            self._registry.ended(hosted, (int(seq), int(ended_after), int(code), text(reason)))
        elif state == b"o":
            counted["missed"] += int(seq) > hosted.known
            hosted.known = max(hosted.known, int(seq))
            if stalled is not None:
                hosted.stalled, hosted.saved_own = True, -1
                self._registry.save(hosted)
        self._registry.feed(hosted)
        if hosted.closed or not hosted.drained:
            hosted.wake()

    def _relive(self, hosted: Hosted) -> None:
        """Its stream goes on in the life in which the partition is now, and in the epoch in which the connection is:
        a server that took over may have it as it was before Redis lost everything. What was sent since was not taken.
        """
        was, written = hosted.places, hosted.written

        def read(answer: list[Any] | None) -> None:
            if answer is None or not self._registry.has(hosted) or hosted.written != written:
                return
            life, epoch, own, own_bytes, broadcast, known, shared, between = answer
            if text(life) == self._registry.log.life:
                others = elsewhere(was, text(epoch), text(life), shared, lives_between(between))
                hosted.relived(text(epoch), (int(own), int(own_bytes), int(broadcast)), int(known), others)
                self.doubt(hosted)
                hosted.wake()

        self._registry.post(resuming.RELIVE, hosted.id, (hosted.generation, words(was)), read)

    def _restore(self, hosted: Hosted) -> None:
        """Redis lost the connection: it is written again, and its client is told. Whoever got no answer writes it with
        the same epoch, and so not over what was sent since."""
        epoch = hosted.next_epoch = hosted.next_epoch or secrets.token_hex(4)
        arguments = (
            self._node_id,
            hosted.generation,
            hosted.digest,
            epoch,
            hosted.window_ms,
            hosted.opened_ms,
            hosted.state,
            hosted.epoch,
            " ".join([*hosted.former, hosted.epoch][-MOST_FORMER:]),
        )

        def read(life: bytes | None) -> None:
            if life is None or text(life) != self._registry.log.life or hosted.epoch == epoch:
                return
            logger.warning("Redis had lost connection %s; it was written again", hosted.id)
            hosted.restored(epoch)
            if hosted.annotations:
                self._batches.post(self._operations.annotate(hosted.id, attributes_of(hosted.annotations)))
            self.doubt(hosted)
            hosted.wake()

        self._registry.post(connecting.RESTORE, hosted.id, arguments, read)
