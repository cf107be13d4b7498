"""Events as API Gateway sends them: keys, order and absences."""

from shim.gateway.events import EventContext, authorizer_event, connect_event, disconnect_event, message_event

CONTEXT = EventContext(
    api_id="abcdefghij",
    stage="prod",
    domain_name="abcdefghij.execute-api.eu-west-1.amazonaws.com",
    connection_id="BFaT_fALIAMCKug=",
    connected_at_ms=1_731_324_924_553,
    source_ip="192.0.2.1",
    user_agent="curl/8",
    authorizer={"principalId": "ana", "tenantId": "acme"},
)
NOW = 1_731_324_924_561


def test_connect_carries_the_handshake_and_no_body() -> None:
    headers = [("host", "x"), ("sec-websocket-key", "k"), ("connection", "upgrade"), ("upgrade", "websocket")]
    event = connect_event(CONTEXT, headers, [("token", "a"), ("token", "b")], "R0oXAdfD0kwCH6w=", NOW)

    assert event["headers"] == {"Host": "x", "Sec-WebSocket-Key": "k"}
    assert event["multiValueHeaders"] == {"Host": ["x"], "Sec-WebSocket-Key": ["k"]}
    assert event["queryStringParameters"] == {"token": "b"}
    assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"]}
    assert "body" not in event
    assert list(event["requestContext"]) == [
        "routeKey",
        "authorizer",
        "eventType",
        "extendedRequestId",
        "requestTime",
        "messageDirection",
        "stage",
        "connectedAt",
        "requestTimeEpoch",
        "identity",
        "requestId",
        "domainName",
        "connectionId",
        "apiId",
    ]
    assert event["requestContext"]["requestTime"] == "11/Nov/2024:11:35:24 +0000"
    assert event["requestContext"]["identity"] == {"userAgent": "curl/8", "sourceIp": "192.0.2.1"}


def test_connect_without_a_query_string_has_no_query_keys() -> None:
    event = connect_event(CONTEXT, [], [], "r", NOW)

    assert "queryStringParameters" not in event
    assert "multiValueQueryStringParameters" not in event


def test_a_message_carries_neither_headers_nor_query_string() -> None:
    event = message_event(CONTEXT, "chat", '{"type": "chat"}', "r", "m", NOW)

    assert set(event) == {"requestContext", "body", "isBase64Encoded"}
    assert event["requestContext"]["routeKey"] == "chat"
    assert event["requestContext"]["messageId"] == "m"
    assert event["requestContext"]["connectedAt"] == CONTEXT.connected_at_ms
    assert event["requestContext"]["authorizer"] == {"principalId": "ana", "tenantId": "acme"}


def test_disconnect_tells_code_and_reason_and_still_who_it_was() -> None:
    event = disconnect_event(CONTEXT, 1005, "Client-side close frame status not set", "r", NOW)

    assert event["headers"] == {"Host": CONTEXT.domain_name, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert event["requestContext"]["disconnectStatusCode"] == 1005
    assert event["requestContext"]["disconnectReason"] == "Client-side close frame status not set"
    assert event["requestContext"]["authorizer"]["principalId"] == "ana"
    assert "body" not in event


def test_the_authorizer_sees_every_header_and_maps_even_when_they_are_empty() -> None:
    event = authorizer_event(CONTEXT, "arn:x", [("connection", "upgrade")], [], "r", NOW)

    assert event["type"] == "REQUEST"
    assert event["methodArn"] == "arn:x"
    assert event["headers"] == {"Connection": "upgrade"}
    assert event["queryStringParameters"] == {}
    assert event["stageVariables"] == {}
