"""Looks at what was observed, again and again, and lets the cut-over go back when the verdict turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.errors import JournalBroken, JournalUnwritable
from shim.dualrun.cutover.journal import Entry
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.stages import after
from shim.dualrun.cutover.verdict import Verdict
from shim.dualrun.cutover.watching import Watch

logger = logging.getLogger(__name__)

ADVANCES_FROM = frozenset({"tap", "shadow"})
"""Stages that are left forward by themselves, where that was asked for: beyond `live` there is nothing to compare."""


class Guard:
    """`watches`: whatever is compared."""

    def __init__(self, control: Control, verdict: Verdict, watches: Sequence[Watch], options: CutoverOptions) -> None:
        self._control = control
        self._verdict = verdict
        self._watches = watches
        self._options = options
        self._said = 0
        control.listeners.append(self._changed)

    async def run(self) -> None:
        """For the life of the service. What goes wrong here must not reach a client."""
        while True:
            await asyncio.sleep(self._options.check_s)
            try:
                await self.check()
            except (JournalUnwritable, JournalBroken) as error:
                logger.warning("%s", error)
            except Exception:
                logger.exception("looking at the cut-over failed")

    async def check(self) -> None:
        """One look. Raises JournalUnwritable or JournalBroken."""
        of = self._control.number
        settled = [watch.settle() for watch in self._watches]
        for one in settled:
            self._verdict.take(one)
        self._verdict.under_way = sum(one.under_way for one in settled)
        turn = self._verdict.turned()
        if turn is not None:
            entry = await self._control.fall_back(turn.why, turn.evidence, of=of)
            if entry is None and self._said != of:
                self._said = of
                logger.warning("the verdict has turned, and it stays at its stage: %s", turn.why)
        elif self._verdict.proven and self._control.position.stage in ADVANCES_FROM:
            position = self._control.position
            why = f"{self._verdict.differing} of {self._verdict.sessions} sessions differ, which is proof enough"
            await self._control.advance(
                position.changed({"stage": after(position.stage)}), why, self._verdict.to_record(), of=of
            )
        if self._control.unwritten:
            await self._control.write_down()

    def _changed(self, _: Entry) -> None:
        self._verdict.begin_anew()
        for watch in self._watches:
            watch.begin_anew()
