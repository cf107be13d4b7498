"""What is left of things that are gone."""

from __future__ import annotations

import pytest

from checklists.aws import types
from checklists.referrers.orphans import orphans
from tests.checklists.referrers.board import ACCOUNT, API_ID, REGION, Board, alarm_arn, chat, function_arn, table_arn


def test_nothing_of_an_application_that_is_whole_is_an_orphan() -> None:
    assert orphans(chat().estate()) == ()


def _left_over() -> Board:
    board = chat()
    board.log_group("/aws/lambda/old")
    board.log_group("/aws/apigateway/zzzzzzzzzz/prod")
    board.alarm("old", "AWS/ApiGateway", "MessageCount", ApiId="zzzzzzzzzz")
    board.permits(function_arn("say"), f"arn:aws:execute-api:{REGION}:{ACCOUNT}:zzzzzzzzzz/*")
    board.table("left")
    board.things[table_arn("left")] = board.things[table_arn("left")].model_copy(
        update={"tags": {"aws:cloudformation:stack-id": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/chat/1"}}
    )
    return board


def test_logs_alarms_permissions_and_tables_of_what_is_gone() -> None:
    board = _left_over()
    found = {one.subject: one for one in orphans(_with_stacks(board))}
    assert set(found) == {
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/old",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/apigateway/zzzzzzzzzz/prod",
        alarm_arn("old"),
        function_arn("say"),
        table_arn("left"),
    }
    assert found[table_arn("left")].why == "Stack chat owned it, and is gone."
    change = found[function_arn("say")].change
    assert change is not None
    assert (change.operation, change.parameters) == (
        "lambda.remove_permission",
        {"FunctionName": "say", "StatementId": "s1"},
    )


def test_alarms_of_which_one_metric_is_alive_are_no_orphans() -> None:
    board = chat()
    gone = ("AWS/ApiGateway", "MessageCount", {"ApiId": "zzzzzzzzzz"})
    board.math_alarm("mixed", "a + b", a=gone, b=("AWS/SQS", "Depth", {"QueueName": "orders"}))
    board.math_alarm("gone", "a + b", a=gone, b=("AWS/Lambda", "Errors", {"FunctionName": "old"}))
    (found,) = orphans(board.estate())
    assert (found.subject, found.why) == (alarm_arn("gone"), "It watches Api zzzzzzzzzz, Function old, which is gone.")


def test_mappings_event_sources_and_statements_that_lead_to_what_is_gone() -> None:
    board = chat()
    domain = f"arn:aws:apigateway:{REGION}::/domainnames/ws.example.com"
    mapping = board.thing(f"{domain}/apimappings/m", types.MAPPING, "m", ApiId="zzzzzzzzzz")
    source = board.thing(
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:u",
        types.EVENT_SOURCE,
        "u",
        FunctionArn=f"{function_arn('old')}:live",
    )
    role = board.role(
        "old",
        {"Action": "execute-api:*", "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:zzzzzzzzzz/*"},
        {"Action": "execute-api:*", "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/*"},
        {"Action": "execute-api:*", "Resource": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:zzzzzzzzzz/*"},
        {"Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:zzzzzzzzzz/*"},
    )
    found = {one.subject: one for one in orphans(board.estate())}
    assert set(found) == {mapping, source, role}
    assert found[role].change is not None
    assert found[role].why == "A statement of old names API zzzzzzzzzz, which is gone."


def _with_stacks(board: Board):
    """As a survey that asked for stacks too."""
    estate = board.estate()
    asked = estate.asked[0].model_copy(update={"operation": "cloudformation:DescribeStacks", "region": REGION})
    return estate.model_copy(update={"asked": (*estate.asked, asked)})


@pytest.mark.parametrize(
    "operation",
    ["lambda:ListFunctions", "apigatewayv2:GetApis", "cloudformation:DescribeStacks"],
)
def test_what_could_not_be_listed_is_not_gone(operation: str) -> None:
    board = _left_over()
    before = {one.subject for one in orphans(_with_stacks(board))}
    board.gap(operation)
    after = {one.subject for one in orphans(_with_stacks(board))}
    assert after < before


def test_a_permission_for_an_api_elsewhere_is_none_of_ours() -> None:
    board = chat()
    board.permits(function_arn("say"), f"arn:aws:execute-api:us-east-1:{ACCOUNT}:zzzzzzzzzz/*")
    board.permits(function_arn("say"), f"arn:aws:execute-api:{REGION}:999999999999:zzzzzzzzzz/*")
    board.permits(function_arn("say"), f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*/*")
    assert orphans(board.estate()) == ()


def test_a_log_group_that_another_function_writes_to_is_no_orphan() -> None:
    board = chat()
    board.log_group("/aws/lambda/old")
    board.function("new", LogGroup="/aws/lambda/old")
    assert orphans(board.estate()) == ()


def test_things_of_a_stack_that_was_deleted_and_left_them() -> None:
    board = Board()
    board.table("left")
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/chat/1"
    row = {
        "LogicalResourceId": "T",
        "ResourceType": types.TABLE,
        "PhysicalResourceId": "left",
        "DeletionPolicy": "Retain",
    }
    board.thing(arn, types.STACK, arn, name="chat", StackStatus="DELETE_COMPLETE", Resources=[row])
    (found,) = orphans(board.estate())
    assert (found.subject, found.why) == (table_arn("left"), "Stack chat left it behind when it was deleted.")
    assert API_ID not in found.why
