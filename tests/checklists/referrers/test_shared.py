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
from shim.redaction import HIDDEN
from tests.checklists.referrers import sharing
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    BUSY,
    REGION,
    alarm_arn,
    chat,
    dashboard_arn,
    function_arn,
    role_arn,
    scan,
    table_arn,
)

SAY, TABLE, ROLE = function_arn("say"), table_arn("connections"), role_arn("chat")


@pytest.mark.parametrize("share", sharing.FUNCTION_SHARED)
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
    sharing.rest(board, SAY)
    board.permits(SAY, f"arn:aws:execute-api:{REGION}:{ACCOUNT}:rest123456/*/GET/")
    fate = board.fates()[SAY]
    assert fate.verdict == "edit"
    assert [(one.operation, one.parameters) for one in fate.changes] == [
        ("lambda.remove_permission", {"FunctionName": "say", "StatementId": "s0"})
    ]
    assert fate.changes[0].undo_operation == "lambda.add_permission"
    assert fate.users[0].user.endswith("rest123456"), "those outside come first"


@pytest.mark.parametrize(
    "more",
    [
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"StringEquals": {"lambda:EventSourceToken": "t"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
        {"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]},
    ],
)
def test_a_permission_that_could_not_be_given_again_as_it_was_is_left_to_a_person(more: dict[str, Any]) -> None:
    board = chat()
    sharing.rest(board, SAY)
    policy: Any = board.things[SAY].properties["Policy"]
    (one,) = policy["Statement"]
    condition = {"Condition": one["Condition"] | more.get("Condition", {})}
    board.with_properties(SAY, Policy={**policy, "Statement": [one | more | condition]})
    (change,) = board.fates()[SAY].changes
    assert change.operation == ""
    assert "A person has to take statement 0 out" in change.words


@pytest.mark.parametrize("operation", ["cloudformation:DescribeStacks", "cloudformation:ListStackResources"])
def test_where_stacks_could_not_be_asked_nothing_is_taken_for_nobodys(operation: str) -> None:
    board = chat()
    board.gap(operation)
    found = board.fates()
    assert not [arn for arn, fate in found.items() if fate.verdict == "delete"]
    assert f"{operation} in {REGION} of {ACCOUNT}" in found[SAY].missing


def _hidden_in_a_policy(board: Any) -> str:
    token = {"Condition": {"StringEquals": {"aws:PrincipalTag/secret": HIDDEN}}}
    other = {"Action": "s3:*", "Resource": "*", **token}
    connections = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/*/POST/@connections/*"
    arn: str = board.role("rest", other, {"Action": "execute-api:ManageConnections", "Resource": connections})
    board.function("rest", role=arn)
    return arn


def _hidden_in_a_dashboard(board: Any) -> str:
    metrics = [["AWS/Lambda", "Errors", "FunctionName", "say"]]
    say = {"type": "metric", "properties": {"region": REGION, "metrics": metrics}}
    board.dashboard("ops", say, {"type": "custom", "properties": {"params": {"apiKey": HIDDEN}}})
    return dashboard_arn("ops")


@pytest.mark.parametrize("make", [_hidden_in_a_policy, _hidden_in_a_dashboard])
def test_what_a_survey_hid_is_never_written_over_what_is_there(make: Any) -> None:
    board = chat()
    arn = make(board)
    (change,) = board.fates()[arn].changes
    assert (change.operation, change.parameters, change.undo_parameters) == ("", {}, {})
    assert "looks like a secret" in change.words


def test_what_is_in_an_account_without_any_of_the_apis_stays() -> None:
    board = chat()
    board.things[SAY] = board.things[SAY].model_copy(update={"account": "999999999999"})
    fate = board.fates()[SAY]
    assert (fate.verdict, fate.why) == ("edit", "It is in account 999999999999, where none of the APIs is.")


@pytest.mark.parametrize("share", sharing.TABLE_SHARED)
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
    st.sets(st.sampled_from(sharing.FUNCTION_SHARED), max_size=3),
    st.sets(st.sampled_from(sharing.TABLE_SHARED), max_size=2),
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
    if of_function or of_table - {sharing.read_in_silence}:
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
