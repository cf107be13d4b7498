"""What a plan never does, then what it does, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from checklists.aws import types
from checklists.aws.estate import Gap
from checklists.referrers.model import Fate
from checklists.teardown.allowed import operation_of
from checklists.teardown.digests import plan_digest
from checklists.teardown.errors import ApiUnknown, NothingToTearDown, PlanDisordered
from checklists.teardown.model import Step, TeardownPlan, Undo
from checklists.teardown.order import numbered
from checklists.teardown.planning import chosen_apis, make_plan
from checklists.teardown.settings import TeardownSettings
from tests.checklists.teardown import world

SETTINGS = TeardownSettings(accounts=(world.ACCOUNT,))


def planned(of: Any = None, *but: Fate, settings: TeardownSettings = SETTINGS, **more: Any) -> TeardownPlan:
    given = {"idle": world.idle(), **more}
    return make_plan(
        world.estate(of), world.fates(*but), (world.API,), application="chat", now=world.NOW, settings=settings, **given
    )


def calls(plan: TeardownPlan) -> list[str]:
    return [call.name for step in plan.steps for call in step.calls]


def touched(plan: TeardownPlan) -> set[str]:
    return {step.subject for step in plan.steps if step.calls or step.brownout or step.kind == "delete"}


def position(plan: TeardownPlan, id_: str) -> int:
    return plan.step(id_).number


@pytest.mark.parametrize("arn", [world.SEND, world.DASHBOARD])
def test_what_is_in_another_account_is_not_called_by_its_name_in_this_one(arn: str) -> None:
    of = world.things()
    of[arn] = of[arn].model_copy(update={"account": "999999999999"})
    plan = planned(of)

    assert arn not in {step.subject for step in plan.steps}
    assert "It is in account 999999999999" in next(kept.why for kept in plan.kept if kept.subject == arn)


@pytest.mark.parametrize("verdict", ["keep", "unknown"])
@pytest.mark.parametrize("arn", world.GOING)
def test_what_is_not_to_be_deleted_is_not_touched(arn: str, verdict: Any) -> None:
    plan = planned(None, Fate(subject=arn, verdict=verdict, why="somebody uses it", missing=("x:Y",)))

    deleting = {step.subject for step in plan.steps if step.kind == "delete"}
    assert arn not in deleting
    assert arn not in plan.going
    assert arn not in {step.subject for step in plan.steps if step.kind == "brownout"}
    assert [kept.verdict for kept in plan.kept if kept.subject == arn] == [verdict]


def test_when_the_api_stays_nothing_is_touched() -> None:
    plan = planned(None, Fate(subject=world.API, verdict="unknown", why="GetApiMappings was denied"))

    assert touched(plan) == set()
    assert any("The API abc123 stays: GetApiMappings was denied" in note for note in plan.notes)


def test_what_others_use_is_kept_and_says_why() -> None:
    plan = planned()

    assert world.SHARED not in touched(plan)
    (kept,) = (kept for kept in plan.kept if kept.subject == world.SHARED)
    assert kept.why == "an HTTP API calls it too"
    assert kept.users[0].detail == "GET /"


def test_an_api_that_was_not_asked_for_stays() -> None:
    other = f"arn:aws:apigateway:{world.REGION}::/apis/abc1234"
    of = world.things()
    of[other] = world.thing(other, types.API, "abc1234", ProtocolType="WEBSOCKET")
    plan = planned(of, Fate(subject=other, verdict="delete", why="nobody uses it"))

    assert other not in touched(plan)
    assert [kept.why for kept in plan.kept if kept.subject == other] == ["It was not asked for"]


@pytest.mark.parametrize("until", ["2026-11-30", "2027-01-01", "for ever"])
def test_a_tag_keeps(until: str) -> None:
    of = world.things()
    of[world.TABLE] = of[world.TABLE].model_copy(update={"tags": {"keep-until": until}})

    assert world.TABLE not in touched(planned(of))


def test_a_tag_of_the_past_does_not_keep() -> None:
    of = world.things()
    of[world.TABLE] = of[world.TABLE].model_copy(update={"tags": {"keep-until": "2026-11-29"}})

    assert world.TABLE in touched(planned(of))


@pytest.mark.parametrize("owned", [{"stack": world.STACK}, {"manager": "terraform"}, {"manager": "serverless"}])
def test_what_is_owned_is_never_deleted_by_itself(owned: dict[str, Any]) -> None:
    plan = planned(world.things(**owned))

    assert not {"apigatewayv2.delete_api", "lambda.delete_function", "dynamodb.delete_table"} & set(calls(plan))
    (person,) = (step for step in plan.steps if step.phase == "stacks" and step.kind == "person")
    assert {world.API, world.CONNECT, world.TABLE} <= set(person.covers)
    assert {check.state for check in person.checks} == {"absent"}


def test_a_backup_is_made_of_a_table_that_goes_with_a_stack() -> None:
    plan = planned(world.things(manager="terraform"))

    assert position(plan, f"back-up {world.TABLE}") < position(plan, "remove-from-terraform")


def stack(*resources: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    listed = [
        {"LogicalResourceId": physical, "PhysicalResourceId": physical, "ResourceType": type_, "DeletionPolicy": policy}
        for physical, type_, policy in resources
    ]
    of = world.things(stack=world.STACK, manager="cloudformation")
    of[world.STACK] = world.thing(world.STACK, types.STACK, "chat", Resources=listed, **more)
    return of


WHOLE = (
    ("abc123", types.API, "Delete"),
    ("chat-connect", types.FUNCTION, "Delete"),
    ("permission-1", "AWS::Lambda::Permission", "Delete"),
)


def test_a_stack_with_anything_else_in_it_is_not_deleted() -> None:
    for other in (("tokens", types.FUNCTION, ""), ("bucket", "AWS::S3::Bucket", "Delete")):
        plan = planned(stack(*WHOLE, other))

        assert "cloudformation.delete_stack" not in calls(plan)
        (person,) = (step for step in plan.steps if step.id.startswith("remove-from-stack"))
        assert other[0] in person.why


@pytest.mark.parametrize(
    ("source", "whole"),
    [
        (f"arn:aws:execute-api:{world.REGION}:{world.ACCOUNT}:abc123/*", True),
        (f"arn:aws:execute-api:{world.REGION}:{world.ACCOUNT}:http12345/*", False),
        ("arn:aws:s3:::uploads", False),
    ],
)
def test_a_stack_that_lets_others_call_a_function_that_stays_is_not_deleted(source: str, whole: bool) -> None:
    of = stack(*WHOLE)
    statement = {
        "Sid": "permission-1",
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    }
    of[world.SHARED] = world.thing(world.SHARED, types.FUNCTION, "tokens", Policy={"Statement": [statement]})
    plan = planned(of)
    assert ("cloudformation.delete_stack" in calls(plan)) is whole
    if not whole:
        assert "a permission to call tokens" in " ".join(step.why for step in plan.steps)


def test_a_throttle_that_was_not_set_and_stays_is_told() -> None:
    settings = SETTINGS.model_copy(update={"lever": "throttle"})
    undo = planned(settings=settings).step(f"close {world.API}").undo
    assert "10,000 requests a second and 5,000 at once" in undo.words


def test_a_stack_that_is_wholly_of_the_websocket_path_is_deleted() -> None:
    plan = planned(stack(*WHOLE, ("Connections", types.TABLE, "Retain"), EnableTerminationProtection=True))

    (step,) = (step for step in plan.steps if step.id.startswith("delete-stack"))
    held = {gate.name: gate.held for gate in step.gates}
    assert held["not_protected"] is False
    assert "no_imports" in held
    assert "Made to be retained" in step.why
    assert world.TABLE not in step.covers
    assert "leave it behind" in next(kept.why for kept in plan.kept if kept.subject == world.TABLE)


@pytest.mark.parametrize("manager", ["serverless", "sam", "cdk"])
def test_a_stack_that_a_tool_deploys_is_removed_with_the_tool(manager: str) -> None:
    of = {arn: one.model_copy(update={"manager": manager}) if one.stack else one for arn, one in stack(*WHOLE).items()}
    plan = planned(of)

    assert "cloudformation.delete_stack" not in calls(plan)
    (person,) = (step for step in plan.steps if step.id.startswith("remove-from-stack"))
    assert person.command.startswith(manager)


def test_an_edit_of_what_is_owned_is_for_a_person() -> None:
    of = world.things()
    of[world.DASHBOARD] = of[world.DASHBOARD].model_copy(update={"manager": "terraform"})
    plan = planned(of)

    (step,) = (step for step in plan.steps if step.subject == world.DASHBOARD)
    assert (step.kind, step.calls) == ("person", ())


def test_nothing_is_deleted_before_the_snapshot_brownouts_closing_and_the_quiet_period() -> None:
    plan = planned()
    deletions = [step for step in plan.steps if step.kind == "delete"]
    for step in deletions:
        before = closure(plan, step.id)
        assert {"snapshot", f"close {world.API}", f"quiet {world.API}"} <= before
        assert {f"brownout-{n} {world.API}" for n in range(1, 5)} <= before


def test_a_silent_alarm_is_not_touched_and_a_shared_one_goes_on_waking_people() -> None:
    of = world.things()
    of[world.ALARM] = world.thing(world.ALARM, types.ALARM, "chat-errors", ActionsEnabled=False)

    assert f"silence {world.ALARM}" not in {step.id for step in planned(of).steps}
    shared = Fate(subject=world.ALARM, verdict="edit", why="it also watches a queue")
    assert f"silence {world.ALARM}" not in {step.id for step in planned(None, shared).steps}


def test_the_order_has_its_reasons() -> None:
    plan = planned(settings=SETTINGS.model_copy(update={"delete_logs": True}))
    order = [
        "snapshot",
        f"silence {world.ALARM}",
        f"brownout-1 {world.API}",
        f"brownout-4 {world.API}",
        f"close {world.API}",
        f"quiet {world.API}",
        f"unmap {world.MAPPING}",
        f"delete-stage {world.STAGE}",
        f"delete-api {world.API}",
        f"delete-function {world.CONNECT}",
        f"expire-logs {world.LOGS}",
        f"delete {world.LOGS}",
        f"back-up {world.TABLE}",
        f"unprotect {world.TABLE}",
        f"delete-table {world.TABLE}",
        f"delete-role {world.ROLE}",
        f"edit-1 {world.DASHBOARD}",
        f"delete {world.ALARM}",
        "files",
        "confirm-30d",
    ]
    numbers = [position(plan, id_) for id_ in order]
    assert numbers == sorted(numbers)
    assert [step.number for step in plan.steps] == list(range(1, len(plan.steps) + 1))


def test_every_call_is_one_that_a_teardown_may_make() -> None:
    for step in planned().steps:
        for call in (
            *step.calls,
            *step.undo.calls,
            *(step.brownout.pull + step.brownout.restore if step.brownout else ()),
        ):
            operation_of(call)


def test_what_is_reserved_for_a_function_and_not_known_is_never_set() -> None:
    """It could not be set back."""
    of = world.things()
    of[world.CONNECT] = world.thing(world.CONNECT, types.FUNCTION, "chat-connect")
    brownouts = [step.brownout for step in planned(of).steps if step.brownout is not None]
    assert {brownout.lever for brownout in brownouts} == {"throttle"}


def test_the_lever_is_the_function_of_connect_when_nothing_else_uses_it() -> None:
    brownout = planned().step(f"brownout-1 {world.API}").brownout
    assert brownout is not None
    assert (brownout.lever, brownout.function) == ("concurrency", world.CONNECT)
    assert [call.name for call in brownout.restore] == ["lambda.delete_function_concurrency"]

    shared = Fate(subject=world.CONNECT, verdict="keep", why="it serves REST too")
    brownout = planned(None, shared).step(f"brownout-1 {world.API}").brownout
    assert brownout is not None
    assert brownout.lever == "throttle"
    assert brownout.pull[0].parameters["DefaultRouteSettings"] == {
        "LoggingLevel": "INFO",
        "ThrottlingBurstLimit": 0,
        "ThrottlingRateLimit": 0,
    }


def test_a_concurrency_that_was_reserved_is_reserved_again() -> None:
    of = world.things()
    of[world.CONNECT] = world.thing(world.CONNECT, types.FUNCTION, "chat-connect", ReservedConcurrentExecutions=7)
    brownout = planned(of).step(f"brownout-1 {world.API}").brownout
    assert brownout is not None
    assert brownout.restore[0].parameters == {"FunctionName": "chat-connect", "ReservedConcurrentExecutions": 7}


def test_a_plan_says_what_could_not_be_asked_and_whether_it_is_idle() -> None:
    gap = Gap(account=world.ACCOUNT, region=world.REGION, operation="lambda:GetPolicy", kind="denied")
    plan = make_plan(
        world.estate(gaps=(gap,)), world.fates(), (world.API,),
        application="chat", now=world.NOW, settings=TeardownSettings(), idle=world.idle("no_data"),
    )  # fmt: skip
    assert any("lambda:GetPolicy in eu-west-1 (denied)" in note for note in plan.notes)
    assert any("no account allows" in note for note in plan.notes)
    assert [gate.held for gate in plan.step(f"close {world.API}").gates if gate.name == "idle"] == [False]


def test_a_plan_expires_and_its_digest_is_of_all_of_it() -> None:
    plan = planned()
    assert plan.expires_at - plan.made_at == timedelta(minutes=60)
    assert plan.digest == plan_digest(plan)
    assert plan_digest(plan.model_copy(update={"account": "0"})) != plan.digest
    assert planned() == plan


def test_apis_are_chosen_by_name_or_all() -> None:
    estate = world.estate()
    assert chosen_apis(estate, ()) == chosen_apis(estate, ("abc123",)) == (world.API,)
    with pytest.raises(ApiUnknown, match="Did you mean abc123"):
        chosen_apis(estate, ("abc12",))
    with pytest.raises(NothingToTearDown):
        chosen_apis(world.estate({}), ())


def test_steps_that_wait_for_one_another_are_no_plan() -> None:
    def step(id_: str, *waits: str) -> Step:
        return Step(
            id=id_, number=0, phase="files", kind="person", subject="", title=id_, why="", depends_on=waits,
            undo=Undo(words=""),
        )  # fmt: skip

    with pytest.raises(PlanDisordered, match="waits for itself"):
        numbered([step("a", "b"), step("b", "a")])
    with pytest.raises(PlanDisordered, match="c, which is no step"):
        numbered([step("a", "c")])
    with pytest.raises(PlanDisordered, match="two of it"):
        numbered([step("a"), step("a")])


def closure(plan: TeardownPlan, id_: str) -> set[str]:
    seen: set[str] = set()
    left: list[str] = list(plan.step(id_).depends_on)
    while left:
        if (one := left.pop()) not in seen:
            seen.add(one)
            left += _iter(plan.step(one).depends_on)
    return seen


def _iter(ids: Iterable[str]) -> list[str]:
    return list(ids)
