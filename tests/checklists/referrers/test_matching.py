"""Which live thing is which declared one, and what is only there, or only here."""

from __future__ import annotations

from typing import Any

import pytest

from checklists.aws import types
from checklists.referrers.matching import match
from checklists.referrers.model import Matching
from migrator.inventory.model import Api, Inventory, Resource, Route, Store
from migrator.inventory.record import Location
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    REGION,
    Board,
    alarm_arn,
    function_arn,
    scan,
    table_arn,
)

WHERE = Location(path="serverless.yml", line=3)


def _inventory(name: str = "tenant-chat-dev", table: str | None = "connections", **more: Any) -> Inventory:
    resources = [("ConnectLambdaFunction", types.FUNCTION, {}), ("SayLambdaFunction", types.FUNCTION, {})]
    resources.append(("Errors", types.ALARM, {"AlarmName": "errors"}))
    return Inventory(
        application="tenant-chat",
        apis=(
            Api(
                id="WebsocketsApi",
                name=name,
                stage="dev",
                routes=(
                    Route(key="$connect", handler="h", location=WHERE),
                    Route(key="say", handler="h", location=WHERE),
                ),
                location=WHERE,
            ),
        ),
        stores=(Store(id="TABLE", table=table, resource="ConnectionsTable", holds_connections=True),),
        resources=tuple(
            Resource(id=id_, type=type_, use="websocket_only", reason="", properties=properties, location=WHERE)
            for id_, type_, properties in resources
        ),
        **more,
    )


def _stack(board: Board, name: str, **resources: tuple[str, str]) -> str:
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/1"
    rows = [
        {"LogicalResourceId": logical, "ResourceType": type_, "PhysicalResourceId": physical}
        for logical, (type_, physical) in resources.items()
    ]
    return board.thing(arn, types.STACK, arn, name=name, StackStatus="CREATE_COMPLETE", Resources=rows)


def _pairs(matching: Matching) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in matching.pairs:
        found.setdefault(pair.declared.id, set()).add(pair.live)
    return found


def _of_stack(stage: str) -> dict[str, tuple[str, str]]:
    return {
        "WebsocketsApi": (types.API, f"{stage}api1234567"[:10]),
        "ConnectLambdaFunction": (types.FUNCTION, f"tenant-chat-{stage}-connect"),
        "ConnectionsTable": (types.TABLE, f"connections-{stage}"),
    }


def test_a_stack_that_only_has_one_id_in_common_is_another_application() -> None:
    board = Board()
    board.table("their-connections")
    _stack(board, "other", ConnectionsTable=(types.TABLE, "their-connections"), Bucket=("AWS::S3::Bucket", "x"))
    assert _pairs(match(_inventory(), board.estate())) == {}


def test_a_thing_of_the_same_name_and_another_type_is_another_thing() -> None:
    board = Board()
    board.function("connections")
    assert not _pairs(match(_inventory(), board.estate()))


def test_a_name_with_a_variable_in_it_matches_nothing() -> None:
    board = Board()
    board.table("${self:service}-connections")
    assert not _pairs(match(_inventory(table="${self:service}-connections"), board.estate()))


def test_each_stage_of_a_stack_is_live() -> None:
    board = Board()
    for stage in ("dev", "prod"):
        board.api(f"{stage}api1234567"[:10])
        board.function(f"tenant-chat-{stage}-connect")
        board.table(f"connections-{stage}")
        _stack(board, f"tenant-chat-{stage}", **_of_stack(stage))
    found = match(_inventory(), board.estate())
    assert _pairs(found)["ConnectionsTable"] == {table_arn("connections-dev"), table_arn("connections-prod")}
    assert len(_pairs(found)["WebsocketsApi"]) == 2
    assert "logical id ConnectionsTable of stack tenant-chat-" in found.pairs[0].why or found.pairs[0].why
    assert not found.live_only


def test_the_hash_that_cdk_adds_is_no_other_name() -> None:
    board = Board()
    board.table("x")
    board.api()
    _stack(
        board,
        "tenant-chat",
        ConnectionsTable8000A1F2=(types.TABLE, "x"),
        WebsocketsApi=(types.API, API_ID),
        ConnectLambdaFunction=(types.FUNCTION, "gone"),
    )
    assert _pairs(match(_inventory(), board.estate()))["ConnectionsTable"] == {table_arn("x")}


def test_by_name_without_a_stack() -> None:
    board = Board()
    board.table("connections")
    board.alarm("errors", "AWS/SQS", "Depth")
    board.thing(API, types.API, API_ID, name="tenant-chat-dev", ProtocolType="WEBSOCKET")
    found = match(_inventory(), board.estate())
    assert _pairs(found) == {
        "ConnectionsTable": {table_arn("connections")},
        "Errors": {alarm_arn("errors")},
        "WebsocketsApi": {API},
    }
    assert {pair.why for pair in found.pairs} == {"named connections", "named errors", "named tenant-chat-dev"}


def test_functions_as_serverless_names_them() -> None:
    board = Board()
    for name in ("tenant-chat-dev-connect", "tenant-chat-prod-connect", "other-dev-connect", "tenant-chat-prod-say"):
        board.function(name)
    found = match(_inventory(), board.estate())
    assert _pairs(found)["ConnectLambdaFunction"] == {function_arn("tenant-chat-dev-connect")}, "the declared stage"
    assert _pairs(found)["SayLambdaFunction"] == {function_arn("tenant-chat-prod-say")}, "the only one there is"


def test_functions_as_cloudformation_names_them() -> None:
    board = Board()
    board.function("tenant-chat-dev-ConnectLambdaFunction-1A2B3C4D5E6F")
    board.function("another-ConnectLambdaFunction-1A2B3C4D5E6F")
    found = match(_inventory(), board.estate())
    assert _pairs(found)["ConnectLambdaFunction"] == {
        function_arn("tenant-chat-dev-ConnectLambdaFunction-1A2B3C4D5E6F")
    }


def test_several_that_may_be_it_are_all_told() -> None:
    board = Board()
    for region in (REGION, "us-east-1"):
        board.thing(f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/connections", types.TABLE, "connections", region=region)
    (ambiguous,) = match(_inventory(), board.estate()).ambiguous
    assert ambiguous.declared.id == "ConnectionsTable"
    assert len(ambiguous.live) == 2


def test_an_api_by_its_routes_when_nothing_else_tells() -> None:
    board = Board()
    api = board.api()
    function = board.function("f")
    board.route(api, "$connect", function)
    board.route(api, "say", function)
    other = board.api("other12345")
    board.route(other, "$connect", function)
    found = match(_inventory(name=""), board.estate())
    assert _pairs(found)["WebsocketsApi"] == {api}
    assert found.pairs[0].why == "has the same 2 routes"


def test_what_is_live_and_not_declared_is_told_with_who_uses_it() -> None:
    board = Board()
    api = board.api("other12345")
    function, table = board.function("stray"), board.table("stray")
    board.route(api, "$connect", function)
    board.names(function, table)
    found = {one.live: one.why for one in match(scan(), board.estate()).live_only}
    assert set(found) == {api, function, table}
    assert found[function] == "Called by api-other12345; nothing that was scanned declares it."


def test_what_is_declared_and_not_live_says_where_it_was_looked_for() -> None:
    nowhere = match(_inventory(), Board().estate()).declared_only
    assert {one.declared.id for one in nowhere} == {
        "WebsocketsApi", "ConnectionsTable", "ConnectLambdaFunction", "SayLambdaFunction", "Errors",
    }  # fmt: skip
    assert {one.why for one in nowhere} == {f"Nothing in the regions {REGION} is it."}
    assert not any(one.missing for one in nowhere)


@pytest.mark.parametrize("how", ["denied", "never asked"])
def test_what_could_not_be_listed_may_be_live(how: str) -> None:
    board = Board()
    if how == "denied":
        board.gap("dynamodb:ListTables")
    estate = board.estate()
    if how == "never asked":
        asked = tuple(one for one in estate.asked if one.operation != "dynamodb:ListTables")
        estate = estate.model_copy(update={"asked": asked})
    one = next(one for one in match(_inventory(), estate).declared_only if one.declared.id == "ConnectionsTable")
    assert one.missing
    assert one.why.startswith("It may be live")
