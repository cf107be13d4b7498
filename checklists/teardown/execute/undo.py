"""Takes back what can be taken back, newest first, and says what can't, and how people do it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from checklists.aws.estate import Thing
from checklists.aws.types import API
from checklists.teardown.clock import Clock
from checklists.teardown.digests import thing_digest
from checklists.teardown.execute.admission import check_account, check_typed
from checklists.teardown.execute.apply import not_reached, who
from checklists.teardown.execute.ending import Ending
from checklists.teardown.execute.eyes import Eyes, Sight, Unseen
from checklists.teardown.execute.gates import Gatekeeper, satisfied
from checklists.teardown.execute.hands import CallFailed, Executor, Hands
from checklists.teardown.execute.journal import Journal
from checklists.teardown.execute.progress import Progress, progress_of
from checklists.teardown.execute.saying import at
from checklists.teardown.model import Call, Step, TeardownPlan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.steps.lever import is_closed
from checklists.teardown.store import JOURNAL, run_folder

NOT_DONE: Final = "not done"


def to_undo(plan: TeardownPlan, progress: Progress) -> list[Step]:
    """What was done, or begun, newest first; what changed nothing is left out."""
    touched = [
        step
        for step in plan.steps
        if (step.id in progress.done or step.id in progress.begun)
        and (step.calls or step.id in progress.pulled or step.kind in {"delete", "person"})
        and step.kind != "backup"
    ]
    return list(reversed(touched))


class Undoing:
    def __init__(
        self,
        plan: TeardownPlan,
        settings: TeardownSettings,
        journal: Journal,
        eyes: Eyes,
        hands: Hands,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self._plan, self._settings, self._journal, self._eyes, self._say = plan, settings, journal, eyes, say
        self._executor = Executor(hands, journal, clock, say)
        self._progress = progress_of(journal.events)
        self._left: list[str] = []
        self._failed: list[str] = []

    def carry_out(self) -> Ending:
        for step in to_undo(self._plan, self._progress):
            self._say(f"{step.number}. {step.title}")
            if step.brownout is not None:
                self._do(step, step.brownout.restore, opening=True)
            elif (problem := self._problem(step)) == NOT_DONE:
                self._journal.write("step_given_up", step=step.id)
            elif problem:
                self._say(f"  {problem}")
                self._left.append(at(step, problem))
            else:
                self._do(step, step.undo.calls, opening=False)
        if self._failed:
            self._journal.write("stopped", why=self._failed[0])
            return Ending("failed", (*self._failed, *self._left))
        self._journal.write("ended", how="undone")
        if self._left:
            backups = f"What was there is written down in {self._journal.path.parent / 'backups'}."
            return Ending("waiting", ("All that can be taken back is. What can't be:", *self._left, backups))
        return Ending("done", ("Everything is taken back.",))

    def _do(self, step: Step, calls: tuple[Call, ...], *, opening: bool) -> None:
        try:
            if opening or step.phase == "close":
                self._executor.restore(step.id, calls, "undo")
            else:
                for call in calls:
                    self._executor.do(step.id, call, "undo")
        except CallFailed as error:
            self._failed.append(at(step, f"{error}. Run this command again."))
            return
        event = self._journal.write("door_opened" if opening else "step_undone", step=step.id, digests=self._now(step))
        self._progress.learn(event)

    def _now(self, step: Step) -> dict[str, str]:
        """So that what an earlier step did to the same thing can be taken back too."""
        gates = Gatekeeper(self._plan, self._settings, self._eyes, self._progress)
        try:
            return gates.digests(step, gates.look(step))
        except Unseen:
            return {}

    def _problem(self, step: Step) -> str:  # noqa: PLR0911 - one for each reason
        """Why it can't be taken back; '' when it can."""
        if not step.undo.calls and step.id in self._progress.done:
            return step.undo.words
        gone = self._apis_gone()
        if any(call.parameters.get("ApiId") in gone for call in step.undo.calls):
            return "its API is gone, so there is nothing to put it back to."
        door = {check.subject: check.type for check in step.checks} if step.phase == "close" else {}
        try:
            sight = self._eyes.look(door or {step.subject: step.type})
        except Unseen as error:
            self._failed.append(at(step, f"{error}."))
            return "it could not be looked at."
        if door:  # its function may outlive its API
            return self._door_problem(step, sight)
        thing = sight.things.get(step.subject)
        if step.kind == "delete" and thing is not None and step.id not in self._progress.done:
            return self._half_deleted(step, thing, sight)
        if step.kind == "edit" and thing is None:
            return "it is gone, so there is nothing to set back."
        if not step.undo.calls:
            return step.undo.words
        if thing is None:
            return ""
        if step.id not in self._progress.done:
            return self._half_edited(step, thing, sight)
        expected = self._progress.digests.get(step.subject)
        if expected is not None and self._digest(thing, sight) != expected:
            return "somebody has changed it since, so it is left alone. Set it back by hand."
        return ""

    def _door_problem(self, step: Step, sight: Sight) -> str:
        """A door that was begun to be closed is opened in any case: AWS may not show yet that it is closed."""
        if not sight.things:
            return "it is gone, so there is nothing to set back."
        if step.id in self._progress.done and not any(map(is_closed, sight.things.values())):
            return "somebody has opened it since, so it is left as they set it."
        return ""

    def _half_deleted(self, step: Step, thing: Thing, sight: Sight) -> str:
        status = str(thing.properties.get("TableStatus") or thing.properties.get("StackStatus") or "")
        if status.startswith("DELET"):
            return f"its deletion was begun ({status}). {step.undo.words}"
        if self._digest(thing, sight) != self._before(step):
            return "it is still there, but not as it was: what is missing in it, the snapshot has."
        return NOT_DONE

    def _half_edited(self, step: Step, thing: Thing, sight: Sight) -> str:
        if self._digest(thing, sight) == self._before(step):
            return NOT_DONE
        if all(satisfied(check, sight) for check in step.checks):
            return ""
        return (
            "it is neither as it was nor as this step leaves it, so it is left alone. Run this command again in a "
            "minute, or set it back by hand."
        )

    def _digest(self, thing: Thing, sight: Sight) -> str:
        return thing_digest(thing, sight.parts.get(thing.arn, ()))

    def _before(self, step: Step) -> str | None:
        return self._progress.digests.get(step.subject) or self._plan.digests.get(step.subject)

    def _apis_gone(self) -> set[str]:
        done = [step for step in self._plan.steps if step.kind == "delete" and step.id in self._progress.done]
        return {step.subject.rpartition("/")[2] for step in done if step.type == API}


def undo_run(
    plan: TeardownPlan,
    app: Path,
    *,
    settings: TeardownSettings,
    configured_in: Path,
    eyes: Eyes,
    hands: Hands,
    clock: Clock,
    typed: Callable[[str], str],
    say: Callable[[str], None],
) -> Ending:
    """Raises TeardownError before anything is done, and JournalUnwritable at any time."""
    try:
        account = eyes.account()
    except Unseen as error:
        return not_reached(error)
    check_account(plan, account, settings, configured_in)
    check_typed(plan, account, typed)
    journal = Journal(run_folder(app, plan) / JOURNAL, clock)
    try:
        journal.write("undo_begun", **who(plan, account))
        return Undoing(plan, settings, journal, eyes, hands, clock, say).carry_out()
    finally:
        journal.close()
