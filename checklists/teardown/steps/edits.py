"""What stays and mentions what goes: each change that a fate has is one step."""

from __future__ import annotations

import json
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.model import Change, Fate
from checklists.teardown.allowed import is_allowed
from checklists.teardown.model import Call, Check, Phase, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import called, equals, ids, unchanged

PHASE_OF: Final[dict[str, Phase]] = {
    types.ALARM: "watching",
    types.COMPOSITE_ALARM: "watching",
    types.DASHBOARD: "watching",
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
        _edit(situation, thing, fate, index, change, before, phase)
        for thing, fate in situation.edited()
        if PHASE_OF.get(thing.type, "files") == phase
        for index, change in enumerate(fate.changes or (Change(operation="", words=fate.why),), 1)
    ]


def _edit(
    situation: Situation, thing: Thing, fate: Fate, index: int, change: Change, before: list[Step], phase: Phase
) -> Step:
    owner = situation.ownership.of(thing.arn)
    waits = ids(before, *NEEDS_BEFORE[phase]) or ids(before, "quiet", "snapshot")
    by_call = owner == "none" and is_allowed(change.operation)
    place = situation.declared.get(thing.arn, "")
    why = change.words
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
    """Where it is known how a survey shows what was changed."""
    if change.operation != "cloudwatch.put_dashboard":
        return ()
    try:
        return (equals(thing, "Body", json.loads(str(change.parameters.get("DashboardBody")))),)
    except ValueError:
        return ()


def _call(thing: Thing, change: Change, *, undo: bool) -> Call:
    service, _, operation = ((change.undo_operation if undo else "") or change.operation).partition(".")
    parameters = change.undo_parameters if undo else change.parameters
    return Call(service=service, operation=operation, region=thing.region, parameters=dict(parameters))
