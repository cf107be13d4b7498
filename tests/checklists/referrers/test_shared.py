"""What somebody else uses too: kept or edited, never deleted. What nobody else uses goes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.aws import types
from checklists.referrers.errors import NoSuchWebSocketApi
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    BUSY,
    REGION,
    Board,
    alarm_arn,
    chat,
    dashboard_arn,
    function_arn,
    policy,
    role_arn,
    scan,
    table_arn,
)

SAY, TABLE, ROLE = function_arn("say"), table_arn("connections"), role_arn("chat")


def _rest(board: Board, function: str) -> None:
    arn = f"arn:aws:apigateway:{REGION}::/restapis/rest123456"
    board.thing(arn, types.REST_API, "rest123456", name="orders", FunctionArns=[function])


def _http(board: Board, function: str) -> None:
    board.route(board.api("http123456", protocol="HTTP"), "GET /", function)


def _stage_variable(board: Board, _: str) -> None:
    api = board.api("http123456", protocol="HTTP")
    uri = (
        f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sa${{stageVariables.end}}/invocations"
    )
    board.thing(f"{api}/integrations/x", types.INTEGRATION, "x", IntegrationUri=uri)


def _other_websocket(board: Board, function: str) -> None:
    board.route(board.api("other12345"), "say", function)


def _rule(board: Board, function: str) -> None:
    board.rule("nightly", function, ScheduleExpression="rate(1 day)")


def _disabled_rule(board: Board, function: str) -> None:
    board.rule("nightly", function, State="DISABLED")


def _schedule(board: Board, function: str) -> None:
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/nightly"
    board.thing(arn, types.SCHEDULE, "nightly", Target=function, State="ENABLED")


def _topic(board: Board, function: str) -> None:
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
    board.thing(arn, types.TOPIC, "news", Subscriptions=[{"Protocol": "lambda", "Endpoint": function}])


def _queue(board: Board, function: str) -> None:
    queue = board.thing(f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs", types.QUEUE, "jobs")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:u"
    board.thing(arn, types.EVENT_SOURCE, "u", EventSourceArn=queue, FunctionArn=f"{function}:live", State="Enabled")


def _url(board: Board, function: str) -> None:
    board.thing(f"{function}/url", types.FUNCTION_URL, "url", AuthType="NONE")


def _machine(board: Board, function: str) -> None:
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders"
    board.thing(arn, types.STATE_MACHINE, "orders", Mentions=[{"variable": "definition", "of": function}])


def _caller(board: Board, function: str) -> None:
    board.names(board.function("rest"), function)


def _may_call(board: Board, function: str) -> None:
    role = board.role("rest", {"Action": "lambda:InvokeFunction", "Resource": f"{function}*"})
    board.function("rest", role=role)


def _bucket_permission(board: Board, function: str) -> None:
    board.permits(function, "arn:aws:s3:::uploads", principal="s3.amazonaws.com")


def _other_account(board: Board, function: str) -> None:
    board.permits(function, f"arn:aws:execute-api:{REGION}:999999999999:zzzzzzzzzz/*")


def _anybody(board: Board, function: str) -> None:
    board.permits(function, None, principal="*")


def _logs(board: Board, function: str) -> None:
    board.log_group("/aws/lambda/other", SubscriptionFilters=[{"filterName": "f", "destinationArn": function}])


def _widget(board: Board, function: str) -> None:
    board.dashboard("ops", {"type": "custom", "properties": {"endpoint": function}})


def _alive(board: Board, function: str) -> None:
    board.measured(function, "AWS/Lambda", "Invocations", BUSY + timedelta(days=9))


def _tagged(board: Board, function: str) -> None:
    board.tag(function, ws2sse_keep="")


def _kept_until(board: Board, function: str) -> None:
    board.things[function] = board.things[function].model_copy(update={"tags": {"keep-until": "2027-01-01"}})


def _kept_until_some_day(board: Board, function: str) -> None:
    board.things[function] = board.things[function].model_copy(update={"tags": {"keep-until": "someday"}})


FUNCTION_SHARED = [
    _rest, _http, _stage_variable, _other_websocket, _rule, _disabled_rule, _schedule, _topic, _queue, _url, _machine,
    _caller, _may_call, _bucket_permission, _other_account, _anybody, _logs, _widget, _alive, _tagged, _kept_until,
    _kept_until_some_day,
]  # fmt: skip


@pytest.mark.parametrize("share", FUNCTION_SHARED)
def test_a_function_with_another_use_stays_and_with_it_all_that_it_needs(share: Any) -> None:
    board = chat()
    share(board, SAY)
    found = board.fates()
    assert found[SAY].verdict in {"keep", "edit"}, found[SAY]
    assert found[TABLE].verdict == "keep"
    assert found[ROLE].verdict in {"keep", "edit"}
    assert found[f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/say"].verdict == "keep"
    assert found[alarm_arn("say-errors")].verdict == "keep"
    assert found[function_arn("connect")].verdict == "delete"


def test_a_shared_function_loses_only_the_permission_of_what_goes() -> None:
    board = chat()
    _rest(board, SAY)
    board.permits(SAY, f"arn:aws:execute-api:{REGION}:{ACCOUNT}:rest123456/*/GET/")
    fate = board.fates()[SAY]
    assert fate.verdict == "edit"
    assert [(one.operation, one.parameters) for one in fate.changes] == [
        ("lambda.remove_permission", {"FunctionName": "say", "StatementId": "s0"})
    ]
    assert fate.changes[0].undo_operation == "lambda.add_permission"
    assert fate.users[0].user.endswith("rest123456"), "those outside come first"


def _reader(board: Board) -> None:
    board.names(board.function("presence"), TABLE)


def _permitted(board: Board) -> None:
    board.function(
        "presence", role=board.role("presence", {"Action": "dynamodb:Query", "Resource": f"{TABLE}/index/*"})
    )


def _permitted_by_managed_policy(board: Board) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/reads"
    document = policy({"Action": "dynamodb:*", "Resource": [f"arn:aws:dynamodb:*:{ACCOUNT}:table/conn*"]})
    board.thing(arn, types.POLICY, "reads", region="global", Document=document, AttachmentCount=1)
    board.function("presence", role=board.role("presence", AttachedPolicies=[arn]))


def _role_of_others(board: Board) -> None:
    trust = policy({"Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}})
    board.with_properties(ROLE, AssumeRolePolicyDocument=trust)


def _shared_role(board: Board) -> None:
    board.function("presence", role=ROLE)


def _user(board: Board) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ann"
    inline = {"p": policy({"Action": "*", "Resource": TABLE})}
    board.thing(arn, types.USER, "ann", region="global", Policies=inline)


def _replica(board: Board) -> None:
    board.with_properties(TABLE, Replicas=[{"RegionName": "us-east-1"}])


def _stream(board: Board) -> None:
    function = board.function("audit")
    board.rule("audit", function)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:u"
    board.thing(arn, types.EVENT_SOURCE, "u", EventSourceArn=f"{TABLE}/stream/2026", FunctionArn=function)


def _read_in_silence(board: Board) -> None:
    board.measured(TABLE, "AWS/DynamoDB", "ConsumedReadCapacityUnits", BUSY + timedelta(days=5))


TABLE_SHARED = [
    _reader, _permitted, _permitted_by_managed_policy, _role_of_others, _shared_role, _user, _replica, _stream,
    _read_in_silence,
]  # fmt: skip


@pytest.mark.parametrize("share", TABLE_SHARED)
def test_a_table_with_another_use_stays(share: Any) -> None:
    board = chat()
    share(board)
    assert board.fates()[TABLE].verdict == "keep"


@pytest.mark.parametrize(
    "inventory", [scan(other_uses=("holds rooms",)), scan(holds_connections=False)], ids=["more", "other"]
)
def test_a_table_with_other_data_stays(inventory: Any) -> None:
    assert chat().fates(inventory=inventory)[TABLE].verdict == "keep"


def test_a_table_that_the_scan_says_nothing_of_is_not_decided() -> None:
    fate = chat().fates(inventory=scan(table="another"))[TABLE]
    assert fate.verdict == "unknown"
    assert fate.missing == ("a scan of the application that declares it",)


def test_a_role_that_others_use_loses_only_the_statement_about_the_api() -> None:
    board = chat()
    board.function("rest", role=ROLE)
    fate = board.fates()[ROLE]
    assert fate.verdict == "edit"
    (change,) = fate.changes
    assert change.operation == "iam.put_role_policy"
    left = json.loads(str(change.parameters["PolicyDocument"]))["Statement"]
    assert [one["Action"] for one in left] == [["dynamodb:PutItem", "dynamodb:DeleteItem"]]
    assert len(json.loads(str(change.undo_parameters["PolicyDocument"]))["Statement"]) == 2


@pytest.mark.parametrize("action", ["execute-api:*", "*", "execute-api:Manage*"])
def test_a_statement_on_everything_is_not_touched(action: str) -> None:
    board = chat()
    board.function("rest", role=board.role("rest", {"Action": action, "Resource": "*"}))
    assert role_arn("rest") not in board.fates()


def test_an_alarm_on_mixed_metrics_goes_on_without_those_that_go() -> None:
    board = chat()
    board.function("rest")
    a = ("AWS/Lambda", "Errors", {"FunctionName": "say"})
    b = ("AWS/Lambda", "Errors", {"FunctionName": "rest"})
    board.math_alarm("sum", "a + b", a=a, b=b)
    board.math_alarm("ratio", "100 * a / b", a=a, b=b)
    found = board.fates()
    (change,) = found[alarm_arn("sum")].changes
    assert found[alarm_arn("sum")].verdict == "edit"
    assert change.operation == "cloudwatch.put_metric_alarm"
    assert [one["Id"] for one in change.parameters["Metrics"]] == ["b", "e"]  # type: ignore[index, call-overload, union-attr]
    assert change.parameters["Metrics"][1]["Expression"] == "b"  # type: ignore[index, call-overload]
    assert change.undo_parameters["AlarmName"] == "sum"
    (by_hand,) = found[alarm_arn("ratio")].changes
    assert (found[alarm_arn("ratio")].verdict, by_hand.operation) == ("edit", "")


def test_a_composite_alarm_goes_on_without_the_alarms_that_go() -> None:
    board = chat()
    board.alarm("orders", "AWS/SQS", "Depth", QueueName="orders")
    board.composite("any", 'ALARM("say-errors") OR ALARM(orders)')
    board.composite("both", 'ALARM("say-errors") AND ALARM(orders)')
    board.composite("own", "ALARM(say-errors)")
    found = board.fates()
    assert found[alarm_arn("any")].changes[0].parameters["AlarmRule"] == "ALARM(orders)"
    assert (found[alarm_arn("both")].verdict, found[alarm_arn("both")].changes[0].operation) == ("edit", "")
    assert found[alarm_arn("own")].verdict == "delete"


def test_a_dashboard_loses_widgets_and_metrics_and_keeps_the_rest() -> None:
    board = chat()
    mixed = {
        "type": "metric",
        "properties": {
            "region": REGION,
            "metrics": [
                ["AWS/Lambda", "Errors", "FunctionName", "say", {"color": "#f00"}],
                ["...", "rest", {"id": "m1"}],
                [".", "Invocations", ".", "."],
                ["...", "connect"],
            ],
        },
    }
    own = {
        "type": "metric",
        "properties": {"region": REGION, "metrics": [["AWS/ApiGateway", "MessageCount", "ApiId", API_ID]]},
    }
    words = {"type": "text", "properties": {"markdown": "# Ops"}}
    board.function("rest")
    board.dashboard("ops", words, own, mixed)
    board.dashboard("chat", words, own)
    found = board.fates()
    assert found[dashboard_arn("chat")].verdict == "delete"
    assert found[dashboard_arn("ops")].verdict == "edit"
    (change,) = found[dashboard_arn("ops")].changes
    assert change.operation == "cloudwatch.put_dashboard"
    left = json.loads(str(change.parameters["DashboardBody"]))["widgets"]
    assert left[0] == words
    assert [one["properties"]["metrics"] for one in left[1:]] == [
        [
            ["AWS/Lambda", "Errors", "FunctionName", "rest", {"id": "m1"}],
            ["AWS/Lambda", "Invocations", "FunctionName", "rest"],
        ]
    ]
    assert json.loads(str(change.undo_parameters["DashboardBody"])) == {"widgets": [words, own, mixed]}


def test_an_api_that_a_function_outside_still_sends_to_stays_and_so_does_everything() -> None:
    board = chat()
    board.names(board.function("notify"), API)
    assert {fate.verdict for fate in board.fates().values()} == {"keep"}


def test_a_domain_that_leads_to_another_api_too_stays_and_loses_the_mapping() -> None:
    board = chat()
    domain = board.thing(
        f"arn:aws:apigateway:{REGION}::/domainnames/ws.example.com",
        types.DOMAIN,
        "ws.example.com",
        DomainNameConfigurations=[{"ApiGatewayDomainName": "d-1.execute-api.eu-central-1.amazonaws.com"}],
    )
    board.api("other12345")
    record = board.thing(
        "arn:aws:route53:::hostedzone/Z/recordset/ws.example.com/A",
        types.RECORD,
        "ws.example.com",
        region="global",
        AliasTarget={"DNSName": "d-1.execute-api.eu-central-1.amazonaws.com."},
    )
    own = board.thing(f"{domain}/apimappings/1", types.MAPPING, "1", ApiId=API_ID, Stage="prod")
    assert {board.fates()[one].verdict for one in (domain, record, own)} == {"delete"}
    other = board.thing(f"{domain}/apimappings/2", types.MAPPING, "2", ApiId="other12345", Stage="prod")
    found = board.fates()
    assert (found[domain].verdict, found[record].verdict, found[own].verdict) == ("keep", "keep", "delete")
    assert other not in found


def test_everything_that_only_the_api_uses_goes() -> None:
    found = chat().fates()
    assert {fate.verdict for fate in found.values()} == {"delete"}
    assert {API, SAY, TABLE, ROLE, alarm_arn("say-errors")} <= found.keys()
    assert len(found) == 8 + 4, "two routes and two integrations go with the API"


def test_an_operation_that_was_denied_leaves_it_undecided_and_says_which() -> None:
    board = chat()
    board.gap("events:ListTargetsByRule", subject=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/any")
    fate = board.fates()[SAY]
    assert fate.verdict == "unknown"
    assert fate.missing == (f"events:ListTargetsByRule in {REGION} of {ACCOUNT}",)
    assert board.fates()[TABLE].verdict == "unknown"


def test_what_ends_with_a_connection_the_day_after_is_no_other_use() -> None:
    board = chat()
    board.measured(SAY, "AWS/Lambda", "Invocations", BUSY + timedelta(days=1))
    assert board.fates()[SAY].verdict == "delete"


def test_a_date_that_has_passed_keeps_nothing() -> None:
    board = chat()
    board.things[SAY] = board.things[SAY].model_copy(update={"tags": {"keep-until": str(date(2026, 10, 31))}})
    assert board.fates()[SAY].verdict == "delete"


def test_only_websocket_apis_of_the_estate_can_go() -> None:
    board = chat()
    http = board.api("http123456", protocol="HTTP")
    with pytest.raises(NoSuchWebSocketApi, match="no WebSocket API"):
        board.fates(http)


@given(
    st.sets(st.sampled_from(FUNCTION_SHARED), max_size=3),
    st.sets(st.sampled_from(TABLE_SHARED), max_size=2),
    st.booleans(),
)
@settings(max_examples=60)
def test_whatever_is_shared_and_however_often_it_stays_and_the_rest_goes(
    of_function: Any, of_table: Any, first: bool
) -> None:
    board = chat()
    shares = [(share, (board, SAY)) for share in sorted(of_function, key=str)]
    shares += [(share, (board,)) for share in sorted(of_table, key=str)]
    for share, given_ in shares if first else reversed(shares):
        share(*given_)
    found = board.fates()
    if of_function:
        assert found[SAY].verdict in {"keep", "edit"}
    if of_function or of_table:
        assert found[TABLE].verdict == "keep"
        assert found[TABLE].users[0].user not in {arn for arn, fate in found.items() if fate.verdict == "delete"}
    assert found[API].verdict == "delete"
    assert found[function_arn("connect")].verdict == "delete"


def test_two_apis_that_share_a_function_go_together_and_not_alone() -> None:
    board = chat()
    other = board.api("other12345")
    board.route(other, "say", SAY)
    assert board.fates()[SAY].verdict == "edit"
    assert {fate.verdict for fate in board.fates(API, other).values()} == {"delete"}


def test_a_rest_api_of_another_region_that_calls_the_function_keeps_it() -> None:
    board = chat()
    board.regions.append("us-east-1")
    assert board.fates()[SAY].verdict == "delete"
    arn = "arn:aws:apigateway:us-east-1::/restapis/rest123456"
    board.thing(arn, types.REST_API, "rest123456", region="us-east-1", FunctionArns=[SAY])
    assert board.fates()[SAY].users[0].user == arn
    assert board.fates()[SAY].verdict == "edit"


@pytest.mark.parametrize(
    "operation", ["apigateway:GetResources", "apigatewayv2:GetIntegrations", "lambda:ListFunctions"]
)
def test_another_region_that_could_not_be_asked_leaves_the_function_undecided(operation: str) -> None:
    board = chat()
    board.regions.append("us-east-1")
    board.gap(operation, region="us-east-1")
    assert board.fates()[SAY].missing == (f"{operation} in us-east-1 of {ACCOUNT}",)
