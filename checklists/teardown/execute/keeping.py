"""Keeps what is there, in files and in AWS, before anything of it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from checklists.teardown.clock import Clock
from checklists.teardown.execute import backups
from checklists.teardown.execute.ending import Stopped
from checklists.teardown.execute.eyes import Eyes, backups_made
from checklists.teardown.execute.hands import Executor
from checklists.teardown.execute.journal import Journal
from checklists.teardown.execute.saying import at
from checklists.teardown.model import Step, TeardownPlan

LOOKS: Final = 60
BETWEEN_LOOKS: Final = timedelta(seconds=5)


@dataclass
class Keeping:
    """folder: of the run."""

    plan: TeardownPlan
    folder: Path
    eyes: Eyes
    executor: Executor
    journal: Journal
    clock: Clock

    def write_down(self, step: Step) -> None:
        """All that the step covers, as files. Raises Unseen or NotWritable."""
        subjects = {arn: self.plan.types[arn] for arn in step.covers if arn in self.plan.types}
        sight = self.eyes.look(subjects)
        for arn in subjects:
            if path := backups.keep(self.folder, sight, arn):
                self.journal.write("kept", step=step.id, subject=arn, where=str(path.relative_to(self.folder)))

    def back_up(self, step: Step) -> None:
        """A table, in AWS; one that this teardown made before is as good. Raises CallFailed, Unseen or Stopped."""
        if not backups_made(self.eyes, self.plan, step.subject):
            for call in step.calls:
                self.executor.do(step.id, call)
        for _ in range(LOOKS):
            made = backups_made(self.eyes, self.plan, step.subject)
            if whole := [one for one in made if one.status == "AVAILABLE"]:
                self.journal.write("kept", step=step.id, subject=step.subject, where=whole[0].arn)
                return
            self.clock.wait_until(self.clock.now() + BETWEEN_LOOKS)
        raise Stopped("failed", at(step, "it is not whole yet. Run this command again later."))
