"""Events as API Gateway sends them: what is absent, what is added, and that no handler can spoil the next one.

`test_recorded_events.py` compares whole events with recorded ones.
"""

import locale
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shim.gateway.events import EventContext, authorizer_event, connect_event, disconnect_event, message_event

CONTEXT = EventContext(
    api_id="abcdefghij",
    stage="prod",
    domain_name="abcdefghij.execute-api.eu-west-1.amazonaws.com",
    connection_id="BFaT_fALIAMCKug=",
    connected_at_ms=1_731_324_924_553,
    source_ip="192.0.2.1",
    user_agent="curl/8",
    authorizer={"tenantId": "acme", "principalId": "ana", "integrationLatency": 21},
    stage_variables={"table": "live"},
)
NOW = 1_731_324_924_561

EVENTS: list[Callable[[EventContext], dict[str, Any]]] = [
    lambda context: connect_event(context, [("host", "x")], [("a", "1")], "r", NOW),
    lambda context: message_event(context, "chat", "{}", "r", "m", NOW),
    lambda context: disconnect_event(context, 1005, "", "r", NOW),
    lambda context: authorizer_event(context, "arn:x", [("host", "x")], [("a", "1")], "r", NOW),
]


def test_connect_without_a_query_string_has_no_query_keys() -> None:
    event = connect_event(replace(CONTEXT, stage_variables={}), [], [], "r", NOW)

    assert set(event) == {"headers", "multiValueHeaders", "requestContext", "isBase64Encoded"}


def test_a_message_carries_neither_headers_nor_query_string() -> None:
    event = message_event(replace(CONTEXT, stage_variables={}), "chat", '{"type": "chat"}', "r", "m", NOW)

    assert set(event) == {"requestContext", "body", "isBase64Encoded"}


def test_the_integration_does_not_see_the_headers_of_the_hop() -> None:
    headers = [("connection", "upgrade"), ("upgrade", "websocket"), ("Content-Length", "0"), ("origin", "x")]

    assert connect_event(CONTEXT, headers, [], "r", NOW)["headers"] == {"Origin": "x"}


def test_without_an_authorizer_or_a_user_agent_there_is_no_key_for_them() -> None:
    event = message_event(replace(CONTEXT, authorizer=None, user_agent=None), "chat", "", "r", "m", NOW)

    assert "authorizer" not in event["requestContext"]
    assert event["requestContext"]["identity"] == {"sourceIp": "192.0.2.1"}


def change_everything(value: object) -> None:
    if isinstance(value, dict):
        for each in value.values():
            change_everything(each)
        value.clear()
    elif isinstance(value, list):
        value.append("changed")


@pytest.mark.parametrize("make", EVENTS)
@pytest.mark.parametrize("profile", ["current", "legacy-nulls"])
def test_a_handler_that_changes_its_event_changes_no_other(make: Callable[..., dict[str, Any]], profile: Any) -> None:
    context = replace(CONTEXT, profile=profile)
    expected = make(context)

    change_everything(make(context))

    assert make(context) == expected
    assert context.authorizer == {"tenantId": "acme", "principalId": "ana", "integrationLatency": 21}
    assert context.stage_variables == {"table": "live"}


@pytest.mark.parametrize("make", EVENTS)
def test_every_event_says_who_the_client_is_and_what_the_stage_has(make: Callable[..., dict[str, Any]]) -> None:
    event = make(CONTEXT)

    assert event["requestContext"]["authorizer"] == CONTEXT.authorizer
    assert event["stageVariables"] == {"table": "live"}


def test_repeated_parameters_and_headers_keep_all_values_and_the_last_one() -> None:
    event = connect_event(CONTEXT, [("Cookie", "a=1"), ("cookie", "b=2")], [("t", "a"), ("t", "b")], "r", NOW)

    assert event["headers"] == {"Cookie": "b=2"}
    assert event["multiValueHeaders"] == {"Cookie": ["a=1", "b=2"]}
    assert event["queryStringParameters"] == {"t": "b"}
    assert event["multiValueQueryStringParameters"] == {"t": ["a", "b"]}


def test_the_authorizer_sees_a_handshake_whatever_the_client_spoke() -> None:
    event = authorizer_event(CONTEXT, "arn:x", [("connection", "keep-alive"), ("content-length", "7")], [], "r", NOW)

    assert event["headers"] == {"Connection": "upgrade", "content-length": "0", "Upgrade": "websocket"}
    assert event["queryStringParameters"] == event["multiValueQueryStringParameters"] == {}


def test_a_message_in_the_older_shape_has_nulls_for_what_does_not_apply() -> None:
    told = message_event(replace(CONTEXT, profile="legacy-nulls"), "chat", "", "r", "m", NOW)["requestContext"]

    assert told["messageId"] == "m"
    assert told["disconnectStatusCode"] is None
    assert told["disconnectReason"] is None
    assert len(told["identity"]) == 12
    assert {key for key, value in told["identity"].items() if value is not None} == {"sourceIp", "userAgent"}


def test_an_empty_reason_of_a_close_is_told() -> None:
    told = disconnect_event(CONTEXT, 1000, "", "r", NOW)["requestContext"]

    assert (told["disconnectStatusCode"], told["disconnectReason"]) == (1000, "")


def test_the_time_is_written_in_english_whatever_locale_a_handler_sets() -> None:
    before = locale.setlocale(locale.LC_TIME)
    other = next((name for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8") if is_a_locale(name)), "C")
    try:
        locale.setlocale(locale.LC_TIME, other)
        event = message_event(CONTEXT, "chat", "", "r", "m", 1_746_057_600_999)
    finally:
        locale.setlocale(locale.LC_TIME, before)

    assert event["requestContext"]["requestTime"] == "01/May/2025:00:00:00 +0000"
    assert event["requestContext"]["requestTimeEpoch"] == 1_746_057_600_999


def is_a_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_TIME, before)
    return True
