"""What stays and mentions what goes: each change that a fate has is one step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.model import Change, Fate
from checklists.teardown.allowed import is_allowed
from checklists.teardown.model import Call, Check, Phase, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.edited import edited
from checklists.teardown.steps.parts import called, equals, ids, unchanged

PHASE_OF: Final[dict[str, Phase]] = {
    types.ALARM: "watching",
    types.COMPOSITE_ALARM: "watching",
    types.DASHBOARD: "watching",
    types.FUNCTION: "permissions",
    types.FUNCTION_ALIAS: "permissions",
    types.ROLE: "permissions",
    types.USER: "permissions",
    types.GROUP: "permissions",
    types.POLICY: "permissions",
    types.RULE: "triggers",
    types.SCHEDULE: "triggers",
}
"""Others are values that name the old address: with the files."""

NEEDS_BEFORE: Final[dict[Phase, tuple[str, ...]]] = {
    "triggers": ("stacks", "apis"),
    "permissions": ("stacks", "apis", "functions"),
    "watching": ("stacks", "apis", "functions", "tables"),
    "files": ("stacks", "apis"),
}


def edits(situation: Situation, before: list[Step], phase: Phase) -> list[Step]:
    """Those of one phase."""
    return [
        step
        for thing, fate in situation.edited()
        if PHASE_OF.get(thing.type, "files") == phase
        for step in _of_thing(situation, thing, fate, before, phase)
    ]


def _of_thing(situation: Situation, thing: Thing, fate: Fate, before: list[Step], phase: Phase) -> Iterator[Step]:
    """Each change is made to what the one before it left."""
    for index, change in enumerate(fate.changes or (Change(operation="", words=fate.why),), 1):
        step = _edit(situation, thing, fate, index, change, before, phase)
        yield step
        left = {check.property: check.value for check in step.checks if check.state == "equals"}
        thing = thing.model_copy(update={"properties": {**thing.properties, **left}})


def _edit(
    situation: Situation, thing: Thing, fate: Fate, index: int, change: Change, before: list[Step], phase: Phase
) -> Step:
    owner = situation.ownership.of(thing.arn)
    waits = ids(before, *NEEDS_BEFORE[phase]) or ids(before, "quiet", "snapshot")
    by_call = owner == "none" and is_allowed(change.operation)
    place = situation.declared.get(thing.arn, "")
    why = change.words.rstrip(".")
    if not by_call and owner != "none":
        why += f". {'Terraform' if owner == 'terraform' else 'A stack'} owns it, so it is edited there, or it drifts"
    undo = Undo(words="Put back what was taken out; the snapshot has it as it was.")
    if by_call and change.undo_parameters and is_allowed(change.undo_operation or change.operation):
        undo = Undo(calls=(_call(thing, change, undo=True),), words="What was taken out is put back.")
    return Step(
        id=f"edit-{index} {thing.arn}",
        number=0,
        phase=phase,
        kind="edit" if by_call else "person",
        subject=thing.arn,
        type=thing.type,
        title=f"Edit {called(thing)}",
        why=why,
        users=fate.users,
        gates=(unchanged(thing),) if by_call else (),
        depends_on=waits,
        calls=(_call(thing, change, undo=False),) if by_call else (),
        checks=_checks(thing, change) if by_call else (),
        undo=undo,
        files=(place,) if place else (),
        owner=owner,
    )


def _checks(thing: Thing, change: Change) -> tuple[Check, ...]:
    """What a survey shows once it is changed, where that is known. By it a run that was interrupted between the call
    and its answer tells its own change from that of somebody else."""
    after = edited(thing, change)
    return () if after is None else (equals(thing, *after),)


def _call(thing: Thing, change: Change, *, undo: bool) -> Call:
    service, _, operation = ((change.undo_operation if undo else "") or change.operation).partition(".")
    parameters = change.undo_parameters if undo else change.parameters
    return Call(service=service, operation=operation, region=thing.region, parameters=dict(parameters))
