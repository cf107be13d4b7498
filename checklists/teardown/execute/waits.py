"""Waiting for a moment: within the run when that is wished for, else by ending it and coming back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checklists.teardown.clock import Clock
from checklists.teardown.execute.ending import Stopped
from checklists.teardown.execute.eyes import Sight
from checklists.teardown.execute.gates import Gatekeeper
from checklists.teardown.execute.saying import at
from checklists.teardown.model import Step

BETWEEN_LOOKS: Final = timedelta(hours=6)


@dataclass
class Waits:
    gates: Gatekeeper
    clock: Clock
    say: Callable[[str], None]
    wait: bool

    def pass_by(self, step: Step, until: datetime, why: str) -> datetime | None:
        """None once it is past; otherwise when to come back. While it waits, knocks end it. Raises Stopped, Unseen."""
        if self.clock.now() >= until:
            return None
        if not self.wait:
            return until
        self.say(f"  waits until {until:%Y-%m-%d %H:%M} UTC: {why}")
        while (now := self.clock.now()) < until:
            self.clock.wait_until(min(until, now + BETWEEN_LOOKS))
            if step.kind == "wait":
                self._heed(step)
        return None

    def _heed(self, step: Step) -> None:
        others = frozenset(gate.name for gate in step.gates if gate.name != "no_knocks")
        for finding in self.gates.findings(step, self.clock.now(), Sight({}), without=others):
            if not finding.holds:
                raise Stopped(
                    "stopped",
                    at(step, f"somebody knocks: {finding.evidence}."),
                    "`ws2sse teardown undo` opens the door again. Find out who it is, and make a new plan.",
                )
