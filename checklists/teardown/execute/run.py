"""One run of a plan: which step is next, whether its gates hold, and what is written down before and after.

A step that was begun and not ended is looked at: when what it is to bring about is there, it is done; otherwise it is
begun anew, with all its gates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from checklists.aws.types import STACK
from checklists.teardown.allowed import operation_of
from checklists.teardown.clock import Clock
from checklists.teardown.execute.brownouts import Brownouts
from checklists.teardown.execute.ending import Ending, Stopped
from checklists.teardown.execute.eyes import Eyes, Sight, Unseen
from checklists.teardown.execute.gates import Gatekeeper
from checklists.teardown.execute.hands import CallFailed, Executor, Hands
from checklists.teardown.execute.journal import Event, Journal
from checklists.teardown.execute.keeping import Keeping
from checklists.teardown.execute.progress import Progress, progress_of
from checklists.teardown.execute.saying import at, told
from checklists.teardown.execute.waits import Waits
from checklists.teardown.model import Step, TeardownPlan
from checklists.teardown.settings import TeardownSettings

LOOKS: Final = 60
BETWEEN_LOOKS: Final = timedelta(seconds=5)
"""AWS shows what was done after seconds; five minutes are enough for a table."""
BETWEEN_LOOKS_AT_STACKS: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Wishes:
    """wait: for quiet periods and working hours too, instead of ending. deletions: at most so many. attested: ids of
    steps that a person says to have done."""

    wait: bool = False
    deletions: int = 50
    attested: frozenset[str] = frozenset()


class Run:
    def __init__(
        self,
        plan: TeardownPlan,
        settings: TeardownSettings,
        folder: Path,
        journal: Journal,
        eyes: Eyes,
        hands: Hands,
        clock: Clock,
        say: Callable[[str], None],
        wishes: Wishes,
    ) -> None:
        self._plan, self._journal, self._clock, self._say, self._wishes = plan, journal, clock, say, wishes
        self.progress: Progress = progress_of(journal.events)
        self._learnt = len(journal.events)
        self._gates = Gatekeeper(plan, settings, eyes, self.progress)
        self._executor = Executor(hands, journal, clock, say)
        self._brownouts = Brownouts(settings, eyes, self._executor, journal, clock, say)
        self._keeping = Keeping(plan, folder, eyes, self._executor, journal, clock)
        self._waits = Waits(self._gates, clock, say, wishes.wait)
        self._deleted = 0
        self._pending: list[tuple[Step, tuple[str, ...], datetime | None]] = []

    def carry_out(self) -> Ending:
        """Goes as far as it can. Whatever is raised leaves a journal from which the next run goes on."""
        try:
            self._open_doors()
            while step := self._next():
                self._take(step)
        except Stopped as stop:
            return self._stopped(stop)
        if self._pending:
            return self._waiting()
        self._write("ended", how="done")
        return Ending("done", (f"All {len(self._plan.steps)} steps are done.",))

    def _next(self) -> Step | None:
        passed = {step.id for step, _words, _back in self._pending}
        return next((one for one in self._plan.steps if self.progress.ready(one) and one.id not in passed), None)

    def _take(self, step: Step) -> None:
        self._say(f"{step.number}. {step.title}")
        try:
            if step.kind == "wait":
                self._wait(step)
            elif step.kind == "person":
                self._person(step)
            else:
                self._act(step)
        except Unseen as error:
            raise Stopped("failed", at(step, f"{error}. What AWS does not say is not taken for granted.")) from error
        except CallFailed as error:
            raise Stopped("failed", at(step, told(error))) from error

    def _act(self, step: Step) -> None:
        begun = step.id in self.progress.begun
        sight = self._gates.look_before(step)
        if (begun or step.kind == "delete") and self._gates.satisfied(step.checks, sight):
            self._finish(step, sight, found="it was so already")
            return
        if step.brownout is not None and not self._in_working_hours(step):
            return
        if step.kind == "delete" and self._deleted >= self._wishes.deletions:
            self._pend(step, (f"{self._deleted} things were deleted, as many as one run may.",), None)
            return
        self._check_gates(step, sight, begun=begun)
        if not begun:
            self._write("step_begun", step=step.id, evidence=step.title)
        if step.phase == "snapshot":
            self._keeping.write_down(step)
            self._write("step_done", step=step.id, digests={})
        elif step.brownout is not None:
            digests = self._brownouts.carry_out(step, step.brownout, self._gates)
            self._learn()
            self._write("step_done", step=step.id, digests=digests)
        elif step.kind == "backup":
            self._keeping.back_up(step)
            self._write("step_done", step=step.id, digests={})
        else:
            self._call(step)

    def _in_working_hours(self, step: Step) -> bool:
        words = "brownouts begin in working hours only"
        back = self._waits.pass_by(step, self._brownouts.begins(), words)
        if back is not None:
            self._pend(step, (f"{words}.",), back)
        return back is None

    def _check_gates(self, step: Step, sight: Sight, *, begun: bool = False) -> None:
        """`unchanged` is left out of a step whose own calls, of which one was made, changed it."""
        ours = begun and len(step.calls) > 1 and self.progress.calls.get(step.id, 0) > 0
        findings = self._gates.findings(
            step, self._clock.now(), sight, without=frozenset({"unchanged"} if ours else ())
        )
        if failed := [f"  {one.gate.name}: {one.gate.subject}: {one.evidence}" for one in findings if not one.holds]:
            raise Stopped("stopped", at(step, "it is not done, because its gates don't hold:"), *failed)

    def _call(self, step: Step) -> None:
        try:
            for call in step.calls:
                try:
                    self._executor.do(step.id, call)
                except CallFailed as error:
                    taking = operation_of(call).effect == "delete" or call.operation.startswith(("detach", "remove"))
                    if not (error.gone and taking):
                        raise
        except CallFailed as error:
            if error.kind in {"expired", "denied"} or not self._gates.satisfied(step.checks, self._gates.look(step)):
                raise
        if step.kind == "delete":
            self._deleted += 1
        self._see(step)

    def _see(self, step: Step) -> None:
        """Waits until AWS shows what was done."""
        if not step.checks:
            self._finish(step, self._gates.look(step))
            return
        pause = BETWEEN_LOOKS_AT_STACKS if step.type == STACK else BETWEEN_LOOKS
        for _ in range(LOOKS):
            sight = self._gates.look(step)
            if self._gates.satisfied(step.checks, sight):
                self._finish(step, sight)
                return
            _check_stack(step, sight)
            self._clock.wait_until(self._clock.now() + pause)
        minutes = LOOKS * pause.total_seconds() / 60
        raise Stopped("failed", at(step, f"AWS did not show within {minutes:.0f} minutes that it is done."))

    def _finish(self, step: Step, sight: Sight, found: str = "") -> None:
        digests = self._gates.digests(step, sight)
        self._write("step_done", step=step.id, digests=digests, **({"found": found} if found else {}))

    def _wait(self, step: Step) -> None:
        since = self.progress.due(step) or self._clock.now()
        until = since + timedelta(seconds=step.wait_s)
        if step.id not in self.progress.begun:
            self._write("step_begun", step=step.id, until=until.isoformat())
        if (back := self._waits.pass_by(step, until, step.why)) is not None:
            self._check_gates(step, self._gates.look_before(step))
            self._pend(step, (f"It is waited until {until:%Y-%m-%d %H:%M} UTC.",), back)
            return
        self._check_gates(step, self._gates.look_before(step))
        self._write("step_done", step=step.id, digests={})

    def _person(self, step: Step) -> None:
        sight = self._gates.look_before(step)
        if self._gates.satisfied(step.checks, sight) or (not step.checks and step.id in self._wishes.attested):
            how = {} if step.checks else {"found": "a person says so"}
            self._write("step_done", step=step.id, digests={}, **how)
            return
        self._check_gates(step, sight)
        todo = [f"This is for a person: {step.why}."]
        todo += [f"  $ {step.command}"] if step.command else []
        todo += [f"  {place}" for place in step.files[:20]]
        todo += [] if step.checks else [f"When it is done, say so: --done {step.number}"]
        self._pend(step, tuple(todo), None)

    def _open_doors(self) -> None:
        """Of brownouts that something ended before they could."""
        for id_ in list(self.progress.pulled):
            step = self._plan.step(id_)
            assert step.brownout is not None
            self._say(f"The door that step {step.number} closed is still closed; it is opened first.")
            self._brownouts.open_again(step, step.brownout, self._gates)
            self._learn()
            self._write("step_given_up", step=step.id)

    def _pend(self, step: Step, words: tuple[str, ...], back: datetime | None) -> None:
        self._pending.append((step, words, back))

    def _waiting(self) -> Ending:
        words: list[str] = []
        for step, said, _back in self._pending:
            words += [at(step, said[0]), *said[1:]]
        times = [back for _step, _words, back in self._pending if back is not None]
        return Ending("waiting", tuple(words), self._pending[0][0].id, min(times) if times else None)

    def _stopped(self, stop: Stopped) -> Ending:
        self._learn()
        self._write("stopped", why=stop.words[0], more=list(stop.words[1:]))
        return Ending(stop.kind, stop.words)

    def _write(self, event: str, step: str = "", **data: object) -> Event:
        written = self._journal.write(event, step=step, **data)
        self._learn()
        return written

    def _learn(self) -> None:
        """From what this run and those that act for it wrote."""
        for event in self._journal.events[self._learnt :]:
            self.progress.learn(event)
        self._learnt = len(self._journal.events)


def _check_stack(step: Step, sight: Sight) -> None:
    """Raises Stopped when CloudFormation has given up."""
    stack = sight.things.get(step.subject)
    if stack is not None and stack.type == STACK and str(stack.properties.get("StackStatus")).endswith("_FAILED"):
        raise Stopped(
            "failed",
            at(step, "CloudFormation could not delete all of it; its events tell why."),
            "Mend that and run this command again, which deletes the stack again.",
        )
