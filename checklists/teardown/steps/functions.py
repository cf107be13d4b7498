"""What calls the functions, then the functions, then their logs: Lambda makes a log group anew when one still runs."""

from __future__ import annotations

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import (
    absent,
    call,
    called,
    deletion,
    equals,
    ids,
    no_referrers,
    no_sign_of_life,
    not_kept,
    unchanged,
)


def triggers(situation: Situation, before: list[Step]) -> list[Step]:
    """Of functions that go. What has a state of its own is switched off first, which can be taken back."""
    waits = ids(before, "stacks", "apis") or ids(before, "quiet", "snapshot")
    steps = []
    for source in situation.deleted(types.EVENT_SOURCE):
        steps += _event_source(source, waits)
    return steps


def functions(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "stacks", "apis", "triggers") or ids(before, "quiet", "snapshot")
    return [
        Step(
            id=f"delete-function {function.arn}",
            number=0,
            phase="functions",
            kind="delete",
            subject=function.arn,
            type=function.type,
            title=f"Delete {called(function)}",
            why="Only what is gone by now called it",
            users=situation.users_of(function.arn),
            covers=tuple(
                one.arn for one in situation.going(types.FUNCTION_ALIAS) if one.arn.startswith(f"{function.arn}:")
            ),
            gates=(
                unchanged(function),
                no_referrers(function),
                no_sign_of_life(function),
                not_kept(function),
            ),
            depends_on=waits,
            calls=(call(function, "lambda.delete_function", FunctionName=function.id),),
            checks=(absent(function),),
            undo=Undo(
                words="It can't be taken back by itself: deploy it again from its source. The snapshot has its "
                "settings and the digest of its code."
            ),
            saves_usd_month=situation.savings.get(function.arn),
        )
        for function in situation.deleted(types.FUNCTION)
    ]


def logs(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "stacks", "apis", "functions") or ids(before, "quiet", "snapshot")
    days = situation.settings.log_retention_days
    steps = []
    for group in situation.deleted(types.LOG_GROUP):
        had = group.properties.get("retentionInDays")
        last = waits
        if not isinstance(had, int) or had > days:
            step = _retention(group, had, days, waits)
            steps.append(step)
            last = (step.id,)
        if situation.settings.delete_logs:
            steps.append(
                deletion(
                    group,
                    "logs",
                    last,
                    "The functions that wrote it are gone, and nobody needs it",
                    call(group, "logs.delete_log_group", logGroupName=group.id),
                    "It can't be taken back: what it holds is lost.",
                    no_referrers(group),
                )
            )
    return steps


def _retention(group: Thing, had: object, days: int, waits: tuple[str, ...]) -> Step:
    again = (
        call(group, "logs.put_retention_policy", logGroupName=group.id, retentionInDays=had)
        if isinstance(had, int)
        else call(group, "logs.delete_retention_policy", logGroupName=group.id)
    )
    return Step(
        id=f"expire-logs {group.arn}",
        number=0,
        phase="logs",
        kind="edit",
        subject=group.arn,
        type=group.type,
        title=f"Let {called(group)} expire after {days} days",
        why="Nothing writes to it any more, and what it holds costs until it expires",
        gates=(unchanged(group),),
        depends_on=waits,
        calls=(call(group, "logs.put_retention_policy", logGroupName=group.id, retentionInDays=days),),
        checks=(equals(group, "retentionInDays", days),),
        undo=Undo(calls=(again,), words="The retention is as it was; what expired meanwhile is lost."),
    )


def _event_source(source: Thing, waits: tuple[str, ...]) -> list[Step]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html"""
    steps = []
    if str(source.properties.get("State", "Enabled")) not in {"Disabled", "Disabling"}:
        steps.append(
            Step(
                id=f"disable-source {source.arn}",
                number=0,
                phase="triggers",
                kind="edit",
                subject=source.arn,
                type=source.type,
                title=f"Disable {called(source)}",
                why="It feeds only a function that goes",
                gates=(unchanged(source),),
                depends_on=waits,
                calls=(call(source, "lambda.update_event_source_mapping", UUID=source.id, Enabled=False),),
                checks=(equals(source, "State", "Disabled"),),
                undo=Undo(
                    calls=(call(source, "lambda.update_event_source_mapping", UUID=source.id, Enabled=True),),
                    words="It is enabled again; a stream is read on from where it was, as long as its records last.",
                ),
            )
        )
    deleted = deletion(
        source,
        "triggers",
        tuple(step.id for step in steps) or waits,
        "It feeds only a function that goes",
        call(source, "lambda.delete_event_source_mapping", UUID=source.id),
        "It can be made again from the snapshot, and begins anew.",
    )
    return [*steps, deleted]
