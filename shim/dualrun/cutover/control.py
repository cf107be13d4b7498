"""Changes of a cut-over: which are allowed, in which order they are written down and take effect."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

from shim.dualrun.cutover.errors import ChangeRefused, JournalBroken, JournalUnwritable
from shim.dualrun.cutover.journal import AUTOMATIC, Entry, Journal
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.position import Position
from shim.dualrun.cutover.stages import MEANINGS, STAGES, Stage, before

logger = logging.getLogger(__name__)

LONGEST_WHY: Final = 1_000

Result = TypeVar("Result")

Listener = Callable[[Entry], None]
"""Told of each change after it has taken effect; on the event loop, must not block or raise."""


class Control:
    """The position in force. A change is on the disk before it takes effect; one that can't be written has none.

    `clock`: seconds since the epoch. Raises JournalUnwritable or JournalBroken.
    """

    def __init__(self, options: CutoverOptions, *, clock: Callable[[], float] = time.time) -> None:
        self._options = options
        self._clock = clock
        self._journal = Journal(options.journal, Position.of_options(options), clock())
        self._lock = asyncio.Lock()
        self._unwritten: Entry | None = None
        self._in_force = self._journal.last
        self.salt = self._journal.salt
        self.listeners: list[Listener] = []

    @property
    def last(self) -> Entry:
        """The one in force. The journal's own last is ahead of it while a change is on its way."""
        return self._in_force

    @property
    def position(self) -> Position:
        return self._in_force.after

    @property
    def unwritten(self) -> bool:
        """Whether it went back by itself and the journal could not be written; it is tried again before any change."""
        return self._unwritten is not None

    @property
    def number(self) -> int:
        """Of the last entry: who changes something says which one he has seen."""
        return self.last.number

    def held_s(self) -> float:
        """Seconds in which nobody goes forward without force, since it went back by itself; 0 when anybody may."""
        last = self.last
        if last.by != AUTOMATIC or not _goes_back(last):
            return 0.0
        return max(0.0, last.at + self._options.fall_back.hold_s - self._clock())

    async def change(
        self, changes: Mapping[str, Any], *, by: str, why: str, seen: int | None = None, force: bool = False
    ) -> Entry:
        """What an operator wants. `seen`: number of the last entry that he knew of; None: he does not care.

        Raises ChangeRefused, PositionInvalid, JournalUnwritable or JournalBroken; then nothing has changed.
        """
        why = why.strip()
        if not why or len(why) > LONGEST_WHY:
            raise ChangeRefused(f"say why, in at most {LONGEST_WHY} characters", self.number)
        return await _whole(self._change(changes, by, why, seen, force=force))

    async def _change(self, changes: Mapping[str, Any], by: str, why: str, seen: int | None, *, force: bool) -> Entry:
        async with self._lock:
            if seen is not None and seen != self.number:
                last = self.last
                raise ChangeRefused(f"{last.by} was first, with entry {last.number}: {last.why}", self.number)
            wanted = self.position.changed(changes)
            if wanted == self.position:
                raise ChangeRefused("it is so already", self.number)
            if not force:
                self._check(wanted, changes)
            return await self._write(wanted, by, why, forced=force, evidence=None)

    async def fall_back(self, why: str, evidence: dict[str, Any], *, of: int) -> Entry | None:
        """To the stage before, by itself. None when it may not, or when there was a change since entry `of`, on which
        the evidence rests.

        It takes effect also when the journal can't be written: clients must not pay for a full disk.
        """
        position = self.position
        if not MEANINGS[position.stage].falls_back:
            return None
        back = position.changed({"stage": stage_to_fall_back_to(position)})
        return await _whole(self._by_itself(back, why, evidence, of, at_any_rate=True))

    async def advance(self, to: Position, why: str, evidence: dict[str, Any], *, of: int) -> Entry | None:
        """Forward by itself, where that was asked for; None as for `fall_back`.

        Raises JournalUnwritable or JournalBroken, and then nothing has changed.
        """
        if self.held_s() or not self._options.advance:
            return None
        return await _whole(self._by_itself(to, why, evidence, of))

    async def write_down(self) -> None:
        """What took effect and could not be written yet. Raises JournalUnwritable or JournalBroken."""
        async with self._lock:
            await self._catch_up()

    def close(self) -> None:
        self._journal.close()

    async def _by_itself(
        self, to: Position, why: str, evidence: dict[str, Any], of: int, *, at_any_rate: bool = False
    ) -> Entry | None:
        async with self._lock:
            if of != self.number or self.position.frozen:
                return None
            try:
                return await self._write(to, AUTOMATIC, why, forced=False, evidence=evidence)
            except (JournalUnwritable, JournalBroken):
                if not at_any_rate or self.unwritten:
                    raise
                logger.exception("it goes back to %s all the same, and it is written down later", to.stage)
                self._unwritten = self._next(to, AUTOMATIC, why, forced=False, evidence=evidence)
                self._take_effect(self._unwritten)
                return self._unwritten

    async def _catch_up(self) -> None:
        if self._unwritten is not None:
            self._in_force = await asyncio.to_thread(self._journal.append, self._unwritten)
            self._unwritten = None

    def _check(self, wanted: Position, changes: Mapping[str, Any]) -> None:
        """Raises ChangeRefused."""
        if self.position.frozen and set(changes) != {"frozen"}:
            raise ChangeRefused("it is frozen; unfreeze it, or use force", self.number)
        steps = STAGES.index(wanted.stage) - STAGES.index(self.position.stage)
        if steps > 1:
            between = ", ".join(STAGES[STAGES.index(self.position.stage) + 1 : STAGES.index(wanted.stage)])
            raise ChangeRefused(f"that leaves out {between}; go one stage at a time, or use force", self.number)
        forward = steps > 0 or wanted.share_percent > self.position.share_percent
        if forward and self.held_s():
            raise ChangeRefused(
                f"it went back by itself, and nobody goes forward for another {self.held_s():.0f} s without force",
                self.number,
            )

    async def _write(self, to: Position, by: str, why: str, *, forced: bool, evidence: dict[str, Any] | None) -> Entry:
        await self._catch_up()
        entry = self._next(to, by, why, forced=forced, evidence=evidence)
        written = await asyncio.to_thread(self._journal.append, entry)
        self._take_effect(written)
        return written

    def _next(self, to: Position, by: str, why: str, *, forced: bool, evidence: dict[str, Any] | None) -> Entry:
        last = self._journal.last
        return Entry(
            number=last.number + 1,
            at=max(self._clock(), last.at),
            by=by,
            why=why,
            before=self.position,
            after=to,
            forced=forced,
            evidence=evidence,
            previous=last.digest,
        )

    def _take_effect(self, entry: Entry) -> None:
        self._in_force = entry
        for listener in self.listeners:
            listener(entry)


def stage_to_fall_back_to(position: Position) -> Stage:
    """The stage before; the one before that where it would leave everybody at the service that turned."""
    back = before(position.stage)
    return before(back) if back == "live" and position.share_percent >= 100 else back


async def _whole(change: Coroutine[Any, Any, Result]) -> Result:
    """To its end, also when nobody waits for it any more: what was written has to take effect."""
    return await asyncio.shield(asyncio.create_task(change))


def _goes_back(entry: Entry) -> bool:
    return entry.before is not None and STAGES.index(entry.after.stage) < STAGES.index(entry.before.stage)
