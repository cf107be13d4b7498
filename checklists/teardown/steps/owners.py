"""What a stack or Terraform owns is removed through it. Otherwise its owner would list what is not there.

A stack that is wholly of the WebSocket path is deleted. Of one that is not, and of what a tool with a configuration of
its own made, a person removes it where it is written, and this plan waits until it is gone.
"""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.nouns import noun
from checklists.referrers.model import Use
from checklists.teardown.model import Gate, Step, Undo
from checklists.teardown.ownership import OwnedStack
from checklists.teardown.situation import Situation
from checklists.teardown.steps.commands import removal_command, tool_name
from checklists.teardown.steps.lasting import lasting
from checklists.teardown.steps.parts import (
    absent,
    backed_up,
    call,
    gate,
    ids,
    no_sign_of_life,
    not_kept,
    unchanged,
)
from checklists.teardown.steps.soft import knocks

NOT_BACK: Final = "It can't be taken back by itself: put it back in its files, and deploy them."


def stacks(situation: Situation, before: list[Step]) -> list[Step]:
    steps: list[Step] = []
    for owned in situation.ownership.stacks:
        waits = _waits(situation, owned.covers, before)
        leftovers = set(owned.retained)
        covers = tuple(arn for arn in owned.covers if arn not in leftovers)
        if not covers:
            continue
        if owned.whole and owned.stack is not None and owned.manager == "cloudformation":
            steps.append(_deletion(situation, owned, owned.stack, covers, waits))
        else:
            steps.append(_by_person(situation, owned, covers, waits))
    if situation.ownership.stackless:
        steps.append(_of_tool(situation, situation.ownership.stackless, before))
    if situation.ownership.terraform:
        steps.append(_of_terraform(situation, situation.ownership.terraform, before))
    return steps


def _deletion(
    situation: Situation, owned: OwnedStack, stack: Thing, covers: tuple[str, ...], waits: tuple[str, ...]
) -> Step:
    protected = stack.properties.get("EnableTerminationProtection") is True
    retained = [thing.name for thing in situation.things(owned.retained)]
    left = f". Made to be retained, so they stay and cost: {', '.join(retained)}" if retained else ""
    return Step(
        id=f"delete-stack {stack.arn}",
        number=0,
        phase="stacks",
        kind="delete",
        subject=stack.arn,
        type=stack.type,
        title=f"Delete the stack {stack.name}, with {len(covers)} things in it",
        why=f"Everything in it goes, and what a stack owns is removed through it{left}",
        covers=covers,
        users=_users(situation, covers),
        gates=(
            unchanged(stack),
            gate(
                "not_protected",
                stack.arn,
                "its termination protection is on: whoever answers for it turns it off"
                if protected
                else "its termination protection is off",
                held=not protected,
            ),
            gate("no_imports", stack.arn, "it is asked when its turn comes"),
            *_gates_of_covers(situation, covers),
            *_what_would_fail(situation, covers),
        ),
        depends_on=waits,
        calls=(call(stack, "cloudformation.delete_stack", StackName=stack.arn),),
        checks=(
            absent(stack),
            *map(absent, lasting(situation, covers)),
        ),
        undo=Undo(words="It can't be taken back: create the stack again from its template. Ids and addresses differ."),
        owner="stack",
        saves_usd_month=_savings(situation, covers),
    )


def _by_person(situation: Situation, owned: OwnedStack, covers: tuple[str, ...], waits: tuple[str, ...]) -> Step:
    name = owned.stack.name if owned.stack is not None else owned.arn.partition(":stack/")[2].partition("/")[0]
    region = _region(owned.arn)
    if owned.whole:
        why = f"Everything in the stack {name} goes; {tool_name(owned.manager)} deploys it, and has more to clean up"
    else:
        others = ", ".join(owned.others[:5]) + (f" and {len(owned.others) - 5} more" if len(owned.others) > 5 else "")
        why = f"The stack {name} also has what stays or is not known: {others}. So it is edited where it is written"
    return _person(
        situation,
        f"remove-from-stack {owned.arn}",
        owned.arn,
        types.STACK,
        f"Remove {_counted(situation, covers)} from the stack {name}"
        if not owned.whole
        else f"Remove the stack {name}",
        why,
        covers,
        waits,
        command=removal_command(owned.manager, name, region, whole=owned.whole),
        owner="stack",
    )


def _of_tool(situation: Situation, covers: tuple[str, ...], before: list[Step]) -> Step:
    managers = sorted({tool_name(str(thing.manager)) for thing in situation.things(covers)})
    return _person(
        situation,
        "remove-from-tools",
        "",
        "",
        f"Remove {_counted(situation, covers)} with {' and '.join(managers)}",
        f"{' and '.join(managers)} made them, by a stack that the survey does not tell",
        covers,
        _waits(situation, covers, before),
        command="",
        owner="stack",
    )


def _of_terraform(situation: Situation, covers: tuple[str, ...], before: list[Step]) -> Step:
    return _person(
        situation,
        "remove-from-terraform",
        "",
        "",
        f"Remove {_counted(situation, covers)} with Terraform",
        "Terraform made them, and would make them again",
        covers,
        _waits(situation, covers, before),
        command="terraform plan -out teardown.tfplan && terraform show teardown.tfplan && "
        "terraform apply teardown.tfplan",
        owner="terraform",
    )


def _person(
    situation: Situation,
    id_: str,
    subject: str,
    kind: str,
    title: str,
    why: str,
    covers: tuple[str, ...],
    waits: tuple[str, ...],
    command: str,
    owner: str,
) -> Step:
    return Step.model_validate(
        {
            "id": id_,
            "number": 0,
            "phase": "stacks",
            "kind": "person",
            "subject": subject,
            "type": kind,
            "title": title,
            "why": why,
            "covers": covers,
            "users": _users(situation, covers),
            "gates": _gates_of_covers(situation, covers),
            "depends_on": waits,
            "checks": [*map(absent, lasting(situation, covers))],
            "undo": Undo(words=NOT_BACK),
            "command": command,
            "files": tuple(dict.fromkeys(situation.declared[arn] for arn in covers if arn in situation.declared)),
            "owner": owner,
            "saves_usd_month": _savings(situation, covers),
        }
    )


def _users(situation: Situation, covers: tuple[str, ...]) -> tuple[Use, ...]:
    """Who names what goes, and is edited after it: known, so that it holds nothing up."""
    return tuple(use for arn in covers for use in situation.users_of(arn))


def _what_would_fail(situation: Situation, covers: tuple[str, ...]) -> tuple[Gate, ...]:
    """AWS would refuse it in the middle of the deletion."""
    things = situation.things(covers)
    mapped = [
        gate("no_mappings", one.arn, "it is asked when its turn comes") for one in things if one.type == types.API
    ]
    guarded = [one for one in things if one.properties.get("DeletionProtectionEnabled") is True]
    protected = [
        gate("not_protected", one.arn, "its deletion protection is on: it is turned off in the template", held=False)
        for one in guarded
    ]
    return (*mapped, *protected)


def _gates_of_covers(situation: Situation, covers: tuple[str, ...]) -> tuple[Gate, ...]:
    gates: list[Gate] = []
    for thing in situation.things(covers):
        if thing.type == types.API:
            gates.append(knocks(thing))
        if thing.type in {types.API, types.FUNCTION, types.TABLE, types.ROLE}:
            gates.append(gate("no_referrers", thing.arn, "nobody but what goes too, in the survey", held=True))
            gates.append(not_kept(thing))
        if thing.type in {types.FUNCTION, types.TABLE}:
            gates.append(no_sign_of_life(thing))
        if thing.type == types.TABLE:
            gates.append(backed_up(thing))
    return tuple(gates)


def _waits(situation: Situation, covers: tuple[str, ...], before: list[Step]) -> tuple[str, ...]:
    apis = [thing.arn for thing in situation.things(covers) if thing.type == types.API] or list(situation.apis)
    tables = [thing.arn for thing in situation.things(covers) if thing.type == types.TABLE]
    return (
        *ids(before, "snapshot"),
        *ids(before, "quiet", of=apis),
        *ids(before, "unmap"),
        *(step.id for step in before if step.phase == "stacks" and step.kind == "backup" and step.subject in tables),
    )


def _counted(situation: Situation, covers: tuple[str, ...]) -> str:
    things = situation.things(covers)
    if len(things) == 1:
        return f"the {noun(things[0].type)} {things[0].name}"
    return f"{len(things)} things"


def _region(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else ""


def _savings(situation: Situation, covers: tuple[str, ...]) -> float | None:
    known = [situation.savings[arn] for arn in covers if arn in situation.savings]
    return sum(known) if known else None
