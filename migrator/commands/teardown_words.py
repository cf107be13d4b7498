"""What the commands of a teardown tell, line by line. Names from AWS are made visible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checklists.teardown.commands import cli_command
from checklists.teardown.execute.rehearsal import Rehearsed
from checklists.teardown.model import Step
from checklists.teardown.store import Begun
from templates.text import visible


def rehearsed_lines(steps: Iterable[Rehearsed]) -> Iterator[str]:
    for one in steps:
        yield visible(f"{one.step.number:4d}  {one.state:5}  {one.step.title}")
        if one.due is not None:
            yield f"             until {one.due:%Y-%m-%d %H:%M} UTC"
        for finding in one.findings:
            mark = "holds" if finding.holds else "DOES NOT HOLD"
            yield visible(f"             {finding.gate.name} {mark}: {finding.evidence}")
        if one.unseen:
            yield visible(f"             not known: {one.unseen}")
        for command in one.commands:
            yield visible(f"             $ {command}")


def undo_lines(steps: Iterable[Step], partition: str) -> Iterator[str]:
    for step in steps:
        yield visible(f"{step.number:4d}  {step.title}")
        yield visible(f"      {step.undo.words}")
        for call in step.undo.calls:
            yield visible(f"      $ {cli_command(call, partition)}")


def status_lines(run: Begun) -> Iterator[str]:
    progress = run.progress
    yield visible(f"Plan     {run.plan.digest[:12]} of {run.plan.application}, account {run.plan.account}")
    yield f"Steps    {len(progress.done)} of {len(run.plan.steps)} done"
    if progress.ended:
        yield f"Ended    {progress.ended}"
    if progress.stopped:
        yield visible(f"Stopped  {progress.stopped}")
    if progress.pulled:
        yield "Door     CLOSED by a brownout that was interrupted; `ws2sse teardown apply` opens it first"
    yield visible(f"Folder   {run.folder}")
    for step in run.plan.steps:
        yield visible(f"{step.number:4d}  {progress.state(step):6}  {step.title}")
