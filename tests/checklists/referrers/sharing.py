"""Ways in which somebody else comes to use a function or the table of the application that `board.chat` is."""

from __future__ import annotations

from datetime import timedelta

from checklists.aws import types
from tests.checklists.referrers.board import (
    ACCOUNT,
    BUSY,
    REGION,
    Board,
    policy,
    role_arn,
    table_arn,
)

TABLE, ROLE = table_arn("connections"), role_arn("chat")


def rest(board: Board, function: str) -> None:
    arn = f"arn:aws:apigateway:{REGION}::/restapis/rest123456"
    board.thing(arn, types.REST_API, "rest123456", name="orders", FunctionArns=[function])


def http(board: Board, function: str) -> None:
    board.route(board.api("http123456", protocol="HTTP"), "GET /", function)


def stage_variable(board: Board, _: str) -> None:
    api = board.api("http123456", protocol="HTTP")
    uri = (
        f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sa${{stageVariables.end}}/invocations"
    )
    board.thing(f"{api}/integrations/x", types.INTEGRATION, "x", IntegrationUri=uri)


def other_websocket(board: Board, function: str) -> None:
    board.route(board.api("other12345"), "say", function)


def rule(board: Board, function: str) -> None:
    board.rule("nightly", function, ScheduleExpression="rate(1 day)")


def disabled_rule(board: Board, function: str) -> None:
    board.rule("nightly", function, State="DISABLED")


def schedule(board: Board, function: str) -> None:
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/nightly"
    board.thing(arn, types.SCHEDULE, "nightly", Target=function, State="ENABLED")


def topic(board: Board, function: str) -> None:
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
    board.thing(arn, types.TOPIC, "news", Subscriptions=[{"Protocol": "lambda", "Endpoint": function}])


def queue(board: Board, function: str) -> None:
    queue = board.thing(f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs", types.QUEUE, "jobs")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:jobs"
    board.thing(arn, types.EVENT_SOURCE, "jobs", EventSourceArn=queue, FunctionArn=f"{function}:live", State="Enabled")


def url(board: Board, function: str) -> None:
    board.thing(f"{function}/url", types.FUNCTION_URL, "url", AuthType="NONE")


def machine(board: Board, function: str) -> None:
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders"
    board.thing(arn, types.STATE_MACHINE, "orders", Mentions=[{"variable": "definition", "of": function}])


def caller(board: Board, function: str) -> None:
    board.names(board.function("rest"), function)


def may_call(board: Board, function: str) -> None:
    role = board.role("rest", {"Action": "lambda:InvokeFunction", "Resource": f"{function}*"})
    board.function("rest", role=role)


def bucket_permission(board: Board, function: str) -> None:
    board.permits(function, "arn:aws:s3:::uploads", principal="s3.amazonaws.com")


def other_account(board: Board, function: str) -> None:
    board.permits(function, f"arn:aws:execute-api:{REGION}:999999999999:zzzzzzzzzz/*")


def anybody(board: Board, function: str) -> None:
    board.permits(function, None, principal="*")


def logs(board: Board, function: str) -> None:
    board.log_group("/aws/lambda/other", SubscriptionFilters=[{"filterName": "f", "destinationArn": function}])


def widget(board: Board, function: str) -> None:
    board.dashboard("ops", {"type": "custom", "properties": {"endpoint": function}})


def alive(board: Board, function: str) -> None:
    board.measured(function, "AWS/Lambda", "Invocations", BUSY + timedelta(days=9))


def tagged(board: Board, function: str) -> None:
    board.tag(function, ws2sse_keep="")


def kept_until(board: Board, function: str) -> None:
    board.things[function] = board.things[function].model_copy(update={"tags": {"keep-until": "2027-01-01"}})


def kept_until_some_day(board: Board, function: str) -> None:
    board.things[function] = board.things[function].model_copy(update={"tags": {"keep-until": "someday"}})


FUNCTION_SHARED = [
    rest, http, stage_variable, other_websocket, rule, disabled_rule, schedule, topic, queue, url, machine,
    caller, may_call, bucket_permission, other_account, anybody, logs, widget, alive, tagged, kept_until,
    kept_until_some_day,
]  # fmt: skip


def reader(board: Board) -> None:
    board.names(board.function("presence"), TABLE)


def permitted(board: Board) -> None:
    board.function(
        "presence", role=board.role("presence", {"Action": "dynamodb:Query", "Resource": f"{TABLE}/index/*"})
    )


def permitted_by_managed_policy(board: Board) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/reads"
    document = policy({"Action": "dynamodb:*", "Resource": [f"arn:aws:dynamodb:*:{ACCOUNT}:table/conn*"]})
    board.thing(arn, types.POLICY, "reads", region="global", Document=document, AttachmentCount=1)
    board.function("presence", role=board.role("presence", AttachedPolicies=[arn]))


def role_of_others(board: Board) -> None:
    trust = policy({"Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}})
    board.with_properties(ROLE, AssumeRolePolicyDocument=trust)


def shared_role(board: Board) -> None:
    board.function("presence", role=ROLE)


def user(board: Board) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ann"
    inline = {"p": policy({"Action": "*", "Resource": TABLE})}
    board.thing(arn, types.USER, "ann", region="global", Policies=inline)


def replica(board: Board) -> None:
    board.with_properties(TABLE, Replicas=[{"RegionName": "us-east-1"}])


def stream(board: Board) -> None:
    function = board.function("audit")
    board.rule("audit", function)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:audit"
    board.thing(arn, types.EVENT_SOURCE, "audit", EventSourceArn=f"{TABLE}/stream/2026", FunctionArn=function)


def read_in_silence(board: Board) -> None:
    board.measured(TABLE, "AWS/DynamoDB", "ConsumedReadCapacityUnits", BUSY + timedelta(days=5))


TABLE_SHARED = [
    reader, permitted, permitted_by_managed_policy, role_of_others, shared_role, user, replica, stream,
    read_in_silence,
]  # fmt: skip
