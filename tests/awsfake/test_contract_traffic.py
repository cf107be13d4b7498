"""Who gets in, who knocks at a closed door, and what is counted of it.

Where nothing else is said, the rules are from
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.awsfake import fake_aws
from tests.awsfake.estates import Chat, chat

_CLOSED = {"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}


@pytest.fixture
def app() -> Iterator[Chat]:
    with fake_aws() as aws:
        yield chat(aws)


def _since(app: Chat) -> datetime:
    return app.builder.aws.clock.now() - timedelta(days=30)


def _counted(app: Chat, metric: str, **dimensions: str) -> float:
    dimensions = dimensions or {"ApiId": app.api, "Stage": "dev"}
    return app.builder.aws.metrics.total(metric, _since(app), **dimensions)


def _gateway(app: Chat) -> Any:
    return app.builder.client("apigatewayv2")


def test_a_visit_counts_its_connect_its_messages_and_the_functions_that_ran(app: Chat) -> None:
    assert app.builder.aws.traffic.visit(app.api, "dev", times=3, messages=2).door == "open"
    assert _counted(app, "ConnectCount") == 3
    assert _counted(app, "ConnectCount", ApiId=app.api) == 3
    assert _counted(app, "MessageCount") == 6
    assert _counted(app, "Invocations", FunctionName=app.functions["connect"]) == 3
    assert _counted(app, "Invocations", FunctionName=app.functions["authorizer"]) == 3
    assert _counted(app, "Invocations", FunctionName=app.functions["disconnect"]) == 3
    assert _counted(app, "Invocations", FunctionName=app.functions["fallback"]) == 6
    assert _counted(app, "ClientError") == _counted(app, "ExecutionError") == 0


def test_without_a_connect_route_there_is_no_connect_count(app: Chat) -> None:
    """ConnectCount: "The number of messages sent to the $connect route integration"."""
    _gateway(app).delete_route(ApiId=app.api, RouteId=app.routes["$connect"])
    assert app.builder.aws.traffic.visit(app.api, "dev", messages=1).door == "open"
    assert _counted(app, "ConnectCount") == 0
    assert _counted(app, "MessageCount") == 1


def test_a_throttled_stage_counts_knocks_as_client_errors(app: Chat) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html"""
    _gateway(app).update_stage(ApiId=app.api, StageName="dev", DefaultRouteSettings=_CLOSED)
    assert app.builder.aws.traffic.visit(app.api, "dev", times=4).door == "throttled"
    assert (_counted(app, "ClientError"), _counted(app, "ConnectCount")) == (4, 0)
    assert _counted(app, "Invocations", FunctionName=app.functions["authorizer"]) == 0


def test_a_function_without_concurrency_counts_knocks_as_execution_errors(app: Chat) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: 0 throttles all invocations."""
    functions = app.builder.client("lambda")
    functions.put_function_concurrency(FunctionName=app.functions["connect"], ReservedConcurrentExecutions=0)
    assert app.builder.aws.traffic.visit(app.api, "dev", times=2).door == "function throttled"
    assert (_counted(app, "ExecutionError"), _counted(app, "ConnectCount")) == (2, 0)
    assert _counted(app, "Throttles", FunctionName=app.functions["connect"]) == 2
    assert _counted(app, "Invocations", FunctionName=app.functions["connect"]) == 0
    functions.delete_function_concurrency(FunctionName=app.functions["connect"])
    assert app.builder.aws.traffic.visit(app.api, "dev").door == "open"


def test_a_function_that_is_gone_counts_knocks_as_execution_errors(app: Chat) -> None:
    app.builder.client("lambda").delete_function(FunctionName=app.functions["connect"])
    assert app.builder.aws.traffic.visit(app.api, "dev").door == "function missing"
    assert _counted(app, "ExecutionError") == 1


def test_a_token_that_is_no_good_is_a_client_error_that_the_authorizer_ran_for(app: Chat) -> None:
    assert app.builder.aws.traffic.visit(app.api, "dev", authorized=False).door == "unauthorized"
    assert _counted(app, "ClientError") == 1
    assert _counted(app, "Invocations", FunctionName=app.functions["authorizer"]) == 1


def test_where_no_api_is_found_nothing_is_counted(app: Chat) -> None:
    """Names are resolved before API Gateway hears of it."""
    gateway, traffic = _gateway(app), app.builder.aws.traffic
    assert traffic.visit(app.api, "dev", domain=app.domain).door == "open"
    gateway.delete_api_mapping(DomainName=app.domain, ApiMappingId=app.mapping)
    assert traffic.visit(app.api, "dev", domain=app.domain).door == "away"
    assert traffic.visit(app.api, "dev").door == "open"
    gateway.delete_api(ApiId=app.api)
    assert traffic.visit(app.api, "dev").door == "away"
    assert _counted(app, "ClientError") == 0


def test_a_default_endpoint_closes_with_the_next_deployment(app: Chat) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html"""
    gateway, traffic = _gateway(app), app.builder.aws.traffic
    gateway.update_api(ApiId=app.api, DisableExecuteApiEndpoint=True)
    assert traffic.visit(app.api, "dev").door == "open"
    gateway.create_deployment(ApiId=app.api, StageName="dev")
    assert traffic.visit(app.api, "dev").door == "away"
    assert traffic.visit(app.api, "dev", domain=app.domain).door == "open"


def test_a_connection_ends_after_two_hours_and_after_ten_minutes_of_silence(app: Chat) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""
    aws = app.builder.aws
    aws.traffic.connect(app.api, "dev", lasting=timedelta(days=1))
    aws.traffic.connect(app.api, "dev", lasting=timedelta(days=1), silent=True)
    assert len(aws.connections.of(app.api)) == 2
    aws.clock.advance(minutes=11)
    assert len(aws.connections.of(app.api)) == 1
    aws.clock.advance(hours=2)
    assert aws.connections.of(app.api) == []
    assert _counted(app, "Invocations", FunctionName=app.functions["disconnect"]) == 2


def test_who_is_not_connected_is_gone(app: Chat) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html"""
    aws = app.builder.aws
    management = aws.client("apigatewaymanagementapi")
    visit = aws.traffic.connect(app.api, "dev")
    assert visit.connection is not None
    management.post_to_connection(ConnectionId=visit.connection.id, Data=b"{}")
    assert _counted(app, "MessageCount") == 1
    management.delete_connection(ConnectionId=visit.connection.id)
    with pytest.raises(ClientError) as caught:
        management.post_to_connection(ConnectionId=visit.connection.id, Data=b"{}")
    assert caught.value.response["Error"]["Code"] == "GoneException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_connections_are_rows_of_the_table_while_they_last(app: Chat) -> None:
    """What the example application does at $connect and $disconnect."""
    aws, dynamodb = app.builder.aws, app.builder.client("dynamodb")
    aws.traffic.connect(app.api, "dev")
    assert dynamodb.scan(TableName=app.table)["Count"] == 1
    assert _counted(app, "ConsumedWriteCapacityUnits", TableName=app.table) > 0
    aws.clock.advance(hours=2)
    assert dynamodb.scan(TableName=app.table)["Count"] == 0


def test_a_function_whose_table_is_gone_fails(app: Chat) -> None:
    """IntegrationError: "The number of requests that return a 4XX/5XX response from the integration"."""
    app.builder.client("dynamodb").delete_table(TableName=app.table)
    app.builder.aws.clock.advance(minutes=1)
    assert app.builder.aws.traffic.visit(app.api, "dev").door == "function failed"
    assert _counted(app, "IntegrationError") == 1
    assert _counted(app, "Errors", FunctionName=app.functions["connect"]) == 1
