"""What can be taken back: the snapshot, silenced alarms, brownouts, the closed door, the quiet period."""

from __future__ import annotations

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.idle.model import IdleProof
from checklists.teardown.model import Brownout, Gate, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.lever import Lever, lever_of
from checklists.teardown.steps.parts import call, called, equals, gate, ids, unchanged


def snapshot(situation: Situation, _before: list[Step]) -> list[Step]:
    subjects = [thing.arn for thing in situation.going()] + [thing.arn for thing, _fate in situation.edited()]
    return [
        Step(
            id="snapshot",
            number=0,
            phase="snapshot",
            kind="backup",
            subject="",
            title="Write down all that is there",
            why="What is deleted can only be made again from what was written down: definitions, policies, schemas, "
            "alarms and dashboards. Values of environment variables are left out; they may be secrets",
            covers=tuple(dict.fromkeys(subjects)),
            undo=Undo(words="Nothing was changed."),
        )
    ]


def silence_alarms(situation: Situation, before: list[Step]) -> list[Step]:
    """Only alarms that go: one that also watches something else has to go on waking people."""
    steps = []
    for alarm in situation.going(types.ALARM, types.COMPOSITE_ALARM):
        if alarm.properties.get("ActionsEnabled") is not True:
            continue
        steps.append(
            Step(
                id=f"silence {alarm.arn}",
                number=0,
                phase="silence_alarms",
                kind="edit",
                subject=alarm.arn,
                type=alarm.type,
                title=f"Turn the actions of {called(alarm)} off",
                why="It watches only what goes, and a brownout would page people. It goes on recording",
                gates=(unchanged(alarm),),
                depends_on=ids(before, "snapshot"),
                calls=(call(alarm, "cloudwatch.disable_alarm_actions", AlarmNames=[alarm.name]),),
                checks=(equals(alarm, "ActionsEnabled", False),),
                undo=Undo(
                    calls=(call(alarm, "cloudwatch.enable_alarm_actions", AlarmNames=[alarm.name]),),
                    words="Its actions are turned on again.",
                ),
                owner=situation.ownership.of(alarm.arn),
            )
        )
    return steps


def doors(situation: Situation, before: list[Step]) -> list[Step]:
    """Brownouts, closing and the quiet period of each API."""
    steps: list[Step] = []
    for api in situation.going(types.API):
        lever = lever_of(situation, api)
        if lever is None:
            continue
        steps += _of_api(situation, api, lever, before)
    return steps


def _of_api(situation: Situation, api: Thing, lever: Lever, before: list[Step]) -> list[Step]:
    steps: list[Step] = []
    last = ids(before, "snapshot", "silence_alarms")
    pulled = situation.things(check.subject for check in lever.pulled)
    gates = (unchanged(api), *map(unchanged, pulled), *idle_gates(situation, api))
    owner = situation.ownership.of(api.arn)
    for index, minutes in enumerate(situation.settings.brownouts_minutes, 1):
        step = Step(
            id=f"brownout-{index} {api.arn}",
            number=0,
            phase="brownout",
            kind="brownout",
            subject=api.arn,
            type=api.type,
            title=f"Brownout {index} of {called(api)}: {spoken(minutes)}",
            why=f"{lever.words}. Whoever still comes is noticed, and the door opens again by itself"
            if index == 1
            else "The door is closed for longer, so that those are noticed who come less often",
            gates=gates,
            depends_on=last,
            undo=Undo(words="The door is opened again at the end of the brownout, and by whatever interrupts it."),
            brownout=Brownout(
                api=api.arn,
                stages=tuple(stage.name for stage in situation.stages(api.arn)),
                minutes=minutes,
                lever=lever.kind,
                function=lever.function,
                pull=lever.pull,
                restore=lever.restore,
            ),
            owner=owner,
        )
        steps.append(step)
        last = (step.id,)
    closing = Step(
        id=f"close {api.arn}",
        number=0,
        phase="close",
        kind="edit",
        subject=api.arn,
        type=api.type,
        title=f"Close {called(api)}",
        why=f"{lever.words}. It stays so. An address that is taken away counts no knocks, so that comes later",
        gates=gates,
        depends_on=last,
        calls=lever.pull,
        checks=lever.pulled,
        undo=Undo(calls=lever.restore, words=lever.opened),
        owner=owner,
    )
    quiet = situation.settings.quiet
    waiting = Step(
        id=f"quiet {api.arn}",
        number=0,
        phase="quiet",
        kind="wait",
        subject=api.arn,
        type=api.type,
        title=f"Wait {quiet.days} days before {called(api)} goes",
        why="Whoever uses it once in a business cycle has to have come by, and to have knocked",
        gates=(unchanged(api), knocks(api), *idle_gates(situation, api)),
        depends_on=(closing.id,),
        undo=Undo(words="Nothing is changed by waiting."),
        wait_s=quiet.total_seconds(),
        owner=owner,
    )
    return [*steps, closing, waiting]


def idle_gates(situation: Situation, api: Thing) -> tuple[Gate, ...]:
    proofs = [proof for proof in situation.idle if proof.api == api.arn]
    if not proofs:
        return (gate("idle", api.arn, "nothing was measured", held=False),)
    worst = min(proofs, key=lambda proof: proof.verdict == "supports")
    return (gate("idle", api.arn, _idle_words(worst), held=all(proof.verdict == "supports" for proof in proofs)),)


def knocks(api: Thing) -> Gate:
    return gate("no_knocks", api.arn, "it is not closed yet")


def spoken(minutes: float) -> str:
    if minutes < 120:
        return f"{minutes:g} {'minute' if minutes == 1 else 'minutes'}"
    return f"{minutes / 60:g} hours"


def _idle_words(proof: IdleProof) -> str:
    return f"stage {proof.stage}: {proof.why}"
