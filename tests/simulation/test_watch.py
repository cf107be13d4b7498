"""The checker sees what must not happen: each of these is done here on purpose, by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates import Chat, chat, shared
from tests.simulation import people, verdict
from tests.simulation.watch import Watch


@pytest.fixture
def world() -> Iterator[tuple[FakeAws, Chat, Watch]]:
    with fake_aws() as aws:
        app = chat(aws, in_stack=False)
        with aws.quiet():
            people.others(app.builder)
        watch = Watch(aws, app, timedelta(days=14))
        watch.planned_at = aws.clock.now()
        yield aws, app, watch


World = tuple[FakeAws, Chat, Watch]


def _close(world: World, days: int = 15) -> None:
    aws, app, _ = world
    functions = aws.client("lambda")
    functions.put_function_concurrency(FunctionName=app.functions["connect"], ReservedConcurrentExecutions=0)
    aws.clock.advance(days=days)


def _delete(world: World, handler: str = "chat") -> None:
    world[0].client("lambda").delete_function(FunctionName=world[1].functions[handler])


def test_what_goes_after_a_quiet_period_behind_a_closed_door_is_no_violation(world: World) -> None:
    _close(world)
    _delete(world)
    assert world[2].violations == []


def test_nothing_final_goes_while_the_door_is_open_or_too_soon(world: World) -> None:
    _delete(world)
    _close(world, days=3)
    _delete(world, "ping")
    assert [line.partition(" goes ")[2] for line in world[2].violations] == [
        "while the door is open",
        "3 days, 0:00:00 after the door was closed, not 14 days, 0:00:00",
    ]


@pytest.mark.parametrize("deed", [people.rest_api, people.event_source, people.rule])
def test_what_others_call_does_not_go(world: World, deed: people.Deed) -> None:
    _aws, app, watch = world
    _close(world)
    words = watch.people_do(deed, random.Random(0))
    for name in app.functions:
        _delete(world, name)
    assert len(watch.violations) == 1
    assert f"function:{app.functions[words.split()[-1]]} is needed by" in watch.violations[0]


def test_what_others_name_or_took_does_not_go(world: World) -> None:
    aws, app, watch = world
    _close(world)
    for deed in (people.table_user, people.role_user):
        watch.people_do(deed, random.Random(0))
    aws.client("dynamodb").delete_table(TableName=app.table)
    watch.check_deletion([f"role:{app.role}"], "somebody")
    assert [line.split()[3].partition(":")[0] for line in watch.violations] == ["table", "role"]


def test_nothing_goes_after_a_knock_or_a_sign_of_life(world: World) -> None:
    aws, app, watch = world
    _close(world)
    aws.traffic.visit(app.api, app.stage)
    watch.sign_of_life(f"function:{app.functions['ping']}")
    aws.clock.advance(minutes=10)
    _delete(world)
    _delete(world, "ping")
    assert ["knocked" in line for line in watch.violations] == [True, False, True]
    assert "has shown a sign of life" in watch.violations[1]


def test_what_people_changed_after_the_plan_is_theirs(world: World) -> None:
    aws, app, watch = world
    watch.people_do(people.widget, random.Random(0))
    aws.client("cloudwatch").delete_dashboards(DashboardNames=[app.dashboard])
    assert "was changed by people" in watch.violations[0]
    assert list(verdict.others_are_intact(watch, app, verdict.final_state(aws))) == [
        f"dashboard:{app.dashboard} of others is gone"
    ]


def test_a_log_group_goes_after_its_function(world: World) -> None:
    aws, app, watch = world
    aws.client("logs").delete_log_group(logGroupName=app.log_groups[0])
    assert "would make it again" in watch.violations[0]


def test_levers_that_were_left_are_seen(world: World) -> None:
    aws, app, watch = world
    aws.client("lambda").put_function_concurrency(FunctionName=app.functions["connect"], ReservedConcurrentExecutions=0)
    aws.client("cloudwatch").disable_alarm_actions(AlarmNames=app.alarms[:1])
    state = verdict.final_state(aws)
    assert len(list(verdict.levers_are_back(watch, state, alarms=False))) == 1
    assert len(list(verdict.levers_are_back(watch, state, alarms=True))) == 2


def test_a_call_that_the_journal_does_not_tell_is_seen(world: World) -> None:
    aws, app, _watch = world
    aws.client("cloudwatch").disable_alarm_actions(AlarmNames=app.alarms[:1])
    call = {"operation": "disable_alarm_actions", "parameters": {"AlarmNames": app.alarms[:1]}}
    begun = {"event": "call_begun", "step": "x", "data": {"call": call}}
    ended = {"event": "call_ended", "step": "x", "data": {"name": "cloudwatch.disable_alarm_actions"}}
    assert list(verdict.journal_is_complete(aws, [begun, ended], 0)) == []
    assert len(list(verdict.journal_is_complete(aws, [begun], 0))) == 1
    assert len(list(verdict.journal_is_complete(aws, [], 0))) == 2


@pytest.mark.parametrize(
    "harm",
    [
        lambda aws, of: aws.client("cloudwatch").put_dashboard(
            DashboardName="overview", DashboardBody='{"widgets": []}'
        ),
        lambda aws, of: aws.client("iam").detach_user_policy(UserName="operator", PolicyArn=of.policy),
        lambda aws, of: aws.client("cloudwatch").disable_alarm_actions(AlarmNames=["all-errors"]),
        lambda aws, of: aws.client("apigateway").delete_rest_api(restApiId=of.rest_api),
        lambda aws, of: aws.client("events").disable_rule(Name="presence-sweep"),
    ],
)
def test_harm_to_what_others_have_is_seen(harm: Callable[..., object]) -> None:
    with fake_aws() as aws:
        app = chat(aws)
        of = shared(app)
        watch = Watch(aws, app, timedelta(days=14))
        assert list(verdict.others_are_intact(watch, app, verdict.final_state(aws))) == []
        harm(aws, of)
        assert list(verdict.others_are_intact(watch, app, verdict.final_state(aws)))
