"""What calls the functions, then the functions, then their logs: Lambda makes a log group anew when one still runs."""

from __future__ import annotations

from typing import Any

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import absent, call, called, equals, gate, ids, no_referrers, unchanged


def triggers(situation: Situation, before: list[Step]) -> list[Step]:
    """Of functions that go. What has a state of its own is switched off first, which can be taken back."""
    waits = ids(before, "stacks", "apis") or ids(before, "quiet", "snapshot")
    steps = []
    for source in situation.deleted(types.EVENT_SOURCE):
        steps += _event_source(source, waits)
    for url in situation.deleted(types.FUNCTION_URL):
        qualifier = url.arn.partition("/url")[2].removeprefix(":")
        named: dict[str, Any] = {"FunctionName": _function_of(url), **({"Qualifier": qualifier} if qualifier else {})}
        steps.append(
            _step(
                url,
                waits,
                "It calls only a function that goes",
                "lambda.delete_function_url_config",
                named,
                "It can't be taken back: a new URL has another address.",
            )
        )
    for schedule in situation.deleted(types.SCHEDULE):
        group = str(schedule.properties.get("GroupName") or "default")
        steps.append(
            _step(
                schedule,
                waits,
                "It calls only what goes",
                "scheduler.delete_schedule",
                {"Name": schedule.id, "GroupName": group},
                "It can be made again from the snapshot.",
            )
        )
    for rule in situation.deleted(types.RULE):
        steps += _rule(rule, waits)
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
            covers=tuple(one.arn for one in situation.going(types.FUNCTION_ALIAS) if _function_of(one) == function.id),
            gates=(
                unchanged(function),
                no_referrers(function),
                gate("no_sign_of_life", function.arn, "it is asked when its turn comes"),
                gate("not_kept", function.arn, "no such tag", held=True),
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
                _step(
                    group,
                    last,
                    "The functions that wrote it are gone, and nobody needs it",
                    "logs.delete_log_group",
                    {"logGroupName": group.id},
                    "It can't be taken back: what it holds is lost.",
                    phase="logs",
                    referrers=True,
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
                undo=Undo(
                    calls=(call(source, "lambda.update_event_source_mapping", UUID=source.id, Enabled=True),),
                    words="It is enabled again; a stream is read on from where it was, as long as its records last.",
                ),
            )
        )
    deletion = _step(
        source,
        tuple(step.id for step in steps) or waits,
        "It feeds only a function that goes",
        "lambda.delete_event_source_mapping",
        {"UUID": source.id},
        "It can be made again from the snapshot, and begins anew.",
    )
    return [*steps, deletion]


def _rule(rule: Thing, waits: tuple[str, ...]) -> list[Step]:
    """A rule is deleted only when it has no target. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html"""
    bus = str(rule.properties.get("EventBusName") or "default")
    named: dict[str, Any] = {"Name": rule.id, "EventBusName": bus}
    steps = []
    if rule.properties.get("State") == "ENABLED":
        steps.append(
            Step(
                id=f"disable-rule {rule.arn}",
                number=0,
                phase="triggers",
                kind="edit",
                subject=rule.arn,
                type=rule.type,
                title=f"Disable {called(rule)}",
                why="It calls only what goes",
                gates=(unchanged(rule),),
                depends_on=waits,
                calls=(call(rule, "events.disable_rule", **named),),
                checks=(equals(rule, "State", "DISABLED"),),
                undo=Undo(calls=(call(rule, "events.enable_rule", **named),), words="It is enabled again."),
            )
        )
    target_ids = _target_ids(rule)
    if target_ids:
        steps.append(
            Step(
                id=f"delete-rule {rule.arn}",
                number=0,
                phase="triggers",
                kind="delete",
                subject=rule.arn,
                type=rule.type,
                title=f"Delete {called(rule)}",
                why="It calls only what goes",
                gates=(unchanged(rule),),
                depends_on=tuple(step.id for step in steps) or waits,
                calls=(
                    call(rule, "events.remove_targets", Rule=rule.id, EventBusName=bus, Ids=target_ids),
                    call(rule, "events.delete_rule", **named),
                ),
                checks=(absent(rule),),
                undo=Undo(words="It can be made again from the snapshot."),
            )
        )
    return steps


def _target_ids(rule: Thing) -> list[Any]:
    """Without them a rule is only disabled: its targets can't be taken away."""
    targets = rule.properties.get("TargetIds")
    return list(targets) if isinstance(targets, list) else []


def _step(
    thing: Thing,
    waits: tuple[str, ...],
    why: str,
    operation: str,
    parameters: dict[str, Any],
    undo: str,
    *,
    phase: Any = "triggers",  # noqa: ANN401 - a Phase
    referrers: bool = False,
) -> Step:
    return Step(
        id=f"delete {thing.arn}",
        number=0,
        phase=phase,
        kind="delete",
        subject=thing.arn,
        type=thing.type,
        title=f"Delete {called(thing)}",
        why=why,
        gates=(unchanged(thing), *((no_referrers(thing),) if referrers else ())),
        depends_on=waits,
        calls=(call(thing, operation, **parameters),),
        checks=(absent(thing),),
        undo=Undo(words=undo),
    )


def _function_of(part: Thing) -> str:
    """Name of the function of a URL or an alias: arn:aws:lambda:REGION:ACCOUNT:function:NAME…"""
    return part.arn.partition(":function:")[2].replace("/", ":").partition(":")[0]
