"""Our events are, key by key and in order, what API Gateway was seen to send. Sources: `recorded/README.md`."""

import json
from pathlib import Path
from typing import Any

import pytest

from shim.gateway.events import EventContext, authorizer_event, connect_event, disconnect_event, message_event

RECORDED = sorted(Path(__file__).parent.joinpath("recorded").glob("*.json"))


def context_of(record: dict[str, Any]) -> EventContext:
    told = record["event"]["requestContext"]
    return EventContext(
        api_id=told["apiId"],
        stage=told["stage"],
        domain_name=told["domainName"],
        connection_id=told["connectionId"],
        connected_at_ms=told["connectedAt"],
        source_ip=told["identity"]["sourceIp"],
        user_agent=told["identity"].get("userAgent"),
        authorizer=told.get("authorizer"),
        stage_variables=record["event"].get("stageVariables", {}),
        profile=record["profile"],
    )


def as_sent(headers: dict[str, str]) -> list[tuple[str, str]]:
    """Neither the order nor the case in which names arrive is that of the event."""
    return [(name.lower(), value) for name, value in reversed(headers.items())]


def ours(record: dict[str, Any]) -> dict[str, Any]:
    event, context = record["event"], context_of(record)
    told = event["requestContext"]
    request_id, now_ms = told["requestId"], told["requestTimeEpoch"]
    query = list(event.get("queryStringParameters", {}).items())
    if "methodArn" in event:
        return authorizer_event(context, event["methodArn"], as_sent(event["headers"]), query, request_id, now_ms)
    if told["eventType"] == "CONNECT":
        return connect_event(context, as_sent(event["headers"]), query, request_id, now_ms)
    if told["eventType"] == "MESSAGE":
        return message_event(context, told["routeKey"], event["body"], request_id, told["messageId"], now_ms)
    code, reason = told["disconnectStatusCode"], told["disconnectReason"]
    return disconnect_event(context, code, reason, request_id, now_ms)


def keys(value: object, at: str = "") -> list[tuple[str, str]]:
    """Every key in order, with the type of its value."""
    if not isinstance(value, dict):
        return []
    found = []
    for key, each in value.items():
        found += [(f"{at}.{key}", type(each).__name__), *keys(each, f"{at}.{key}")]
    return found


def test_every_kind_of_event_has_a_record_in_both_profiles() -> None:
    kinds = set()
    for path in RECORDED:
        record = json.loads(path.read_text())
        assert record["source"].startswith("https://")
        kind = "AUTHORIZER" if "methodArn" in record["event"] else record["event"]["requestContext"]["eventType"]
        kinds.add((kind, record["profile"]))
    assert kinds >= {(kind, p) for kind in ("CONNECT", "MESSAGE", "DISCONNECT") for p in ("current", "legacy-nulls")}
    assert ("AUTHORIZER", "current") in kinds


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_keys_order_and_types_are_those_of_the_record(path: Path) -> None:
    record = json.loads(path.read_text())

    assert keys(ours(record)) == keys(record["event"])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_from_the_same_values_comes_the_same_text(path: Path) -> None:
    record = json.loads(path.read_text())

    assert json.dumps(ours(record)) == json.dumps(record["event"])
