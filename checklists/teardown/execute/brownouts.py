"""A brownout: the door is closed, somebody listens, and it is opened again whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checklists.teardown.clock import Clock, next_working_time
from checklists.teardown.commands import cli_command
from checklists.teardown.execute.ending import Stopped
from checklists.teardown.execute.eyes import Eyes, Unseen
from checklists.teardown.execute.gates import Gatekeeper
from checklists.teardown.execute.hands import CallFailed, Executor
from checklists.teardown.execute.journal import Journal
from checklists.teardown.model import Brownout, Step
from checklists.teardown.settings import TeardownSettings

LATE: Final = timedelta(minutes=3)
"""How late CloudWatch may show what happened; so long is listened after the door is open again."""
OPENING_ATTEMPTS: Final = 5


@dataclass
class Brownouts:
    settings: TeardownSettings
    eyes: Eyes
    executor: Executor
    journal: Journal
    clock: Clock
    say: Callable[[str], None]

    def begins(self) -> datetime:
        """When one may begin."""
        return next_working_time(self.clock.now(), self.settings.working_hours)

    def carry_out(self, step: Step, brownout: Brownout, gatekeeper: Gatekeeper) -> dict[str, str]:
        """The digests of what was set and set back. Raises Stopped when somebody knocked."""
        began = self.journal.write("door_closing", step=step.id).at
        try:
            for call in brownout.pull:
                self.executor.do(step.id, call)
            self._listen(brownout, began)
        finally:
            digests = self.open_again(step, brownout, gatekeeper)
        self._listen_on(brownout, began)
        return digests

    def open_again(self, step: Step, brownout: Brownout, gatekeeper: Gatekeeper) -> dict[str, str]:
        """Raises Stopped, with what to type, when it can't be opened."""
        for attempt in range(1, OPENING_ATTEMPTS + 1):
            try:
                self.executor.restore(step.id, brownout.restore, "opening")
                break
            except CallFailed as error:
                if attempt == OPENING_ATTEMPTS or error.kind in {"expired", "denied"}:
                    typed = tuple(f"  {cli_command(call)}" for call in brownout.restore)
                    raise Stopped(
                        "failed",
                        f"The door could not be opened again: {error}. Users are locked out until it is.",
                        "Run this command again with credentials that may, or open it by hand:",
                        *typed,
                    ) from error
                self.clock.wait_until(self.clock.now() + timedelta(seconds=2**attempt))
        try:
            digests = gatekeeper.digests(step, gatekeeper.look(step))
        except Unseen:
            digests = {}
        self.journal.write("door_opened", step=step.id, digests=digests)
        return digests

    def _listen(self, brownout: Brownout, began: datetime) -> None:
        ends = began + timedelta(minutes=brownout.minutes)
        self.say(f"  closed until {ends:%Y-%m-%d %H:%M:%S} UTC; knocks are counted every {self.settings.poll_s:g} s")
        while (now := self.clock.now()) < ends:
            self.clock.wait_until(min(ends, now + timedelta(seconds=self.settings.poll_s)))
            self._heed(brownout, began, self.clock.now())

    def _listen_on(self, brownout: Brownout, began: datetime) -> None:
        """The last knocks are seen only after the door is open."""
        ended = self.clock.now()
        self.clock.wait_until(ended + LATE)
        self._heed(brownout, began, ended)

    def _heed(self, brownout: Brownout, began: datetime, until: datetime) -> None:
        try:
            counted = self.eyes.knocks(brownout.api, began, until)
        except Unseen as error:
            raise Stopped("failed", f"Nobody could listen during the brownout: {error}.") from error
        if (counted.total or 0) > self.settings.tolerated_knocks:
            raise Stopped(
                "stopped",
                f"Somebody still comes: {counted.words} since {began:%Y-%m-%d %H:%M} UTC. The door is opened again.",
                "Find out who it is, move them, and make a new plan.",
            )
