"""The survey of the example application and of what shares its things, in an AWS of its own with short pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checklists.aws import types
from checklists.aws.access import AccountAccess
from checklists.aws.estate import Estate
from checklists.aws.permissions import OPERATIONS
from checklists.aws.survey import survey
from tests.awsfake import FakeAws, clock_skewed, expired, fake_aws, throttled
from tests.awsfake.estates import Chat, Shared, chat, shared
from tests.awsfake.world import ACCOUNT, REGION

World = tuple[FakeAws, Chat, Shared]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with fake_aws(page_size=2) as aws:
        built = chat(aws)
        yield aws, built, shared(built)


@pytest.fixture(autouse=True)
def _healed(world: World) -> Iterator[None]:
    yield
    world[0].heal()
    world[0].calls.clear()


def seen(aws: FakeAws, *regions: str, services: frozenset[str] | None = None) -> Estate:
    return survey(
        [AccountAccess(aws.session())],
        regions or (REGION,),
        window=timedelta(days=30),
        now=aws.clock.now(),
        services=services,
        clock=lambda: 0.0,
    )


def test_all_that_was_made_is_seen_and_nothing_is_changed(world: World):
    aws, built, others = world
    estate = seen(aws)
    assert not estate.gaps
    assert not aws.calls.writes()
    names = {(one.type, one.name) for one in estate.things} | {(one.type, one.id) for one in estate.things}
    assert {
        (types.API, built.api),
        (types.API, others.http_api),
        (types.REST_API, others.rest_api),
        (types.STAGE, built.stage),
        (types.AUTHORIZER, built.authorizer),
        (types.DEPLOYMENT, built.deployment),
        (types.DOMAIN, built.domain),
        (types.MAPPING, built.mapping),
        (types.TABLE, built.table),
        (types.DASHBOARD, built.dashboard),
        (types.ROLE, built.role),
        (types.POLICY, others.policy.rpartition("/")[2]),
        (types.USER, others.user),
        (types.QUEUE, "reports"),
        (types.RULE, "presence-sweep"),
        (types.RECORD, built.domain),
        (types.STACK, f"tenant-chat-{built.stage}"),
        *((types.ROUTE, key) for key in built.routes),
        *((types.INTEGRATION, one) for one in built.integrations.values()),
        *((types.FUNCTION, one) for one in (*built.functions.values(), others.presence, others.reports)),
        *((types.LOG_GROUP, one) for one in built.log_groups),
        *((types.ALARM, one) for one in (*built.alarms, others.alarm)),
    } <= names


def test_nothing_is_called_that_the_policy_does_not_allow(world: World):
    aws, _, _ = world
    seen(aws)
    assert {call.name for call in aws.calls} <= set(OPERATIONS)


def test_what_the_stack_made_is_its_own_and_the_rest_is_not(world: World):
    aws, built, others = world
    estate = seen(aws, services=frozenset({"apigatewayv2", "lambda", "cloudformation", "dynamodb", "cloudwatch"}))
    (stack,) = estate.of_type(types.STACK)
    by_name = {one.name: one for one in estate.of_type(types.FUNCTION, types.TABLE, types.ALARM, types.DASHBOARD)}
    assert by_name[built.functions["chat"]].stack == by_name[built.table].stack == by_name[built.alarms[0]].stack
    assert by_name[built.table].stack == stack.arn
    assert by_name[others.presence].stack is by_name[built.dashboard].stack is None
    under = [one for one in estate.of_type(types.ROUTE) if one.arn.startswith(built.api_arn)]
    assert {one.stack for one in under} == {stack.arn}


def test_the_secret_of_a_function_is_not_in_the_file_and_its_table_is(world: World):
    aws, built, _ = world
    estate = seen(aws, services=frozenset({"lambda", "dynamodb"}))
    assert "not-for-anybody" not in estate.model_dump_json()
    named = next(one for one in estate.of_type(types.FUNCTION) if one.name == built.functions["chat"])
    assert [one["variable"] for one in named.properties["Mentions"]] == ["CONNECTIONS_TABLE"]


def test_what_is_throttled_for_a_while_is_asked_again(world: World):
    aws, _, _ = world
    fault = aws.fail("apigatewayv2:GetRoutes", throttled(), times=2)
    estate = seen(aws, services=frozenset({"apigatewayv2"}))
    assert fault.hit == 2
    assert not estate.gaps_of(frozenset({"apigatewayv2:GetRoutes"}), ACCOUNT, REGION)


def test_what_stays_throttled_is_given_up_and_told(world: World):
    aws, built, _ = world
    fault = aws.fail("apigatewayv2:GetRoutes", throttled())
    estate = seen(aws, services=frozenset({"apigatewayv2"}))
    assert fault.hit == 6
    (gap,) = estate.gaps
    assert (gap.operation, gap.kind, gap.subject) == ("apigatewayv2:GetRoutes", "throttled", built.api_arn)


def test_credentials_that_expire_meanwhile_leave_what_was_seen_and_say_what_was_not(world: World):
    aws, _, _ = world
    services = frozenset({"apigatewayv2", "lambda", "dynamodb"})
    aws.fail("*", expired(), skip=20)
    estate = seen(aws, services=services)
    assert estate.things
    assert {gap.kind for gap in estate.gaps} == {"expired"}
    for operation in OPERATIONS:
        service = operation.partition(":")[0]
        if service in services:
            known = estate.known(frozenset({operation}), ACCOUNT, REGION)
            gaps = estate.gaps_of(frozenset({operation}), ACCOUNT, REGION)
            assert known != bool(gaps), operation
    refused = [call for call in aws.calls if call.error]
    assert len(refused) <= 8  # one of each thread


def test_a_clock_that_is_wrong_is_told_as_that(world: World):
    aws, _, _ = world
    aws.fail("dynamodb:*", clock_skewed())
    estate = seen(aws, services=frozenset({"dynamodb"}))
    assert {gap.kind for gap in estate.gaps} == {"clock_skew"}
    assert not list(estate.of_type(types.TABLE))


def test_a_region_that_is_off_does_not_spoil_the_others(world: World):
    aws, built, _ = world
    estate = seen(aws, REGION, "me-south-1", services=frozenset({"apigatewayv2"}))
    assert estate.thing(built.api_arn)
    assert {(gap.region, gap.kind) for gap in estate.gaps} == {("me-south-1", "unsupported")}


def test_a_thing_that_is_deleted_meanwhile_is_left_out_and_nothing_fails(world: World):
    aws, _, _ = world
    queues = aws.client("sqs")
    short = queues.create_queue(QueueName="short-lived")["QueueUrl"]

    def delete(request):
        if request.name == "sqs:GetQueueAttributes" and request.parameters["QueueUrl"] == short:
            aws.before.remove(delete)
            queues.delete_queue(QueueUrl=short)

    aws.before.append(delete)
    estate = seen(aws, services=frozenset({"sqs"}))
    assert delete not in aws.before
    assert {one.name for one in estate.of_type(types.QUEUE)} == {"reports"}
    assert not estate.gaps
