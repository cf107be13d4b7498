"""What a run would do now, without doing it: which steps are next, and whether their gates hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from checklists.teardown.clock import Clock
from checklists.teardown.commands import cli_command
from checklists.teardown.execute.eyes import Eyes, Unseen
from checklists.teardown.execute.gates import Finding, Gatekeeper
from checklists.teardown.execute.progress import Progress
from checklists.teardown.model import Step, TeardownPlan
from checklists.teardown.settings import TeardownSettings

State = Literal["done", "next", "later"]


@dataclass(frozen=True)
class Rehearsed:
    """findings: of a next step. unseen: why its gates could not be looked at. commands: what would be called."""

    step: Step
    state: State
    findings: tuple[Finding, ...] = ()
    unseen: str = ""
    commands: tuple[str, ...] = ()
    due: datetime | None = None


def rehearse(
    plan: TeardownPlan, progress: Progress, *, settings: TeardownSettings, eyes: Eyes, clock: Clock
) -> Iterator[Rehearsed]:
    """Gates are looked at of steps that are next; those of later steps hang on what is not done yet."""
    gatekeeper = Gatekeeper(plan, settings, eyes, progress)
    for step in plan.steps:
        commands = tuple(cli_command(call, plan.partition) for call in step.made)
        if progress.is_done(step):
            yield Rehearsed(step, "done")
        elif not progress.ready(step):
            yield Rehearsed(step, "later", commands=commands)
        else:
            since = progress.due(step)
            due = since + timedelta(seconds=step.wait_s) if since is not None and step.kind == "wait" else None
            try:
                found = gatekeeper.findings(step, clock.now(), gatekeeper.look_before(step))
            except Unseen as error:
                yield Rehearsed(step, "next", unseen=str(error), commands=commands, due=due)
            else:
                yield Rehearsed(step, "next", tuple(found), commands=commands, due=due)


def exit_status(rehearsed: list[Rehearsed]) -> int:
    """0: all next steps could be done. 1: a gate does not hold. 3: something could not be looked at."""
    if any(not finding.holds for one in rehearsed for finding in one.findings):
        return 1
    return 3 if any(one.unseen for one in rehearsed) else 0
