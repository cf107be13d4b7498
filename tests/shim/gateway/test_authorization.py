"""What an authorizer's answer means, and when it is not even asked."""

from decimal import Decimal
from typing import Any

import pytest

from shim.gateway.authorization import RESULT_BYTES, Allowed, Refused, decide, identity_missing

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/$connect"
FORBIDDEN = Refused(403, "Forbidden")
FAILED = Refused(500, "Internal server error")


def statement(effect: str) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": ARN}


def answer(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"principalId": "ana", "policyDocument": {"Version": "2012-10-17", "Statement": list(statements)}, **more}


ALLOW = answer(statement("Allow"))


@pytest.mark.parametrize("result", [answer(), answer(statement("Deny")), answer(statement("Allow"), statement("Deny"))])
def test_without_an_allow_or_with_a_deny_the_answer_is_403(result: dict[str, Any]) -> None:
    assert decide(result, ARN) == FORBIDDEN
    assert decide({**ALLOW}, ARN.replace("prod", "dev")) == FORBIDDEN


@pytest.mark.parametrize("principal", [{}, {"principalId": None}, {"principalId": ""}])
def test_a_missing_principal_is_403(principal: dict[str, Any]) -> None:
    result = {name: value for name, value in ALLOW.items() if name != "principalId"}

    assert decide({**result, **principal}, ARN) == FORBIDDEN


@pytest.mark.parametrize("result", [None, "yes", True, [], 1, [ALLOW], {1, 2}, object(), b"{}"])
def test_an_answer_that_is_no_json_object_is_500(result: object) -> None:
    assert decide(result, ARN) == FAILED


@pytest.mark.parametrize(
    "more",
    [
        {"policyDocument": None},
        {"policyDocument": {"Statement": [{"Effect": "Allow"}]}},
        {"principalId": ["ana"]},
        {"principalId": {"name": "ana"}},
        {"context": {"roles": ["a"]}},
        {"context": {"roles": {"a": 1}}},
        {"context": {"roles": ()}},
        {"context": []},
        {"context": "a"},
        {"context": {"n": Decimal(1)}},
        {"context": {"n": float("nan")}},
        {"context": {"n": 10**5_000}},
        {"context": {"n": "\ud800"}},
    ],
)
def test_a_malformed_answer_is_500(more: dict[str, Any]) -> None:
    assert decide({**ALLOW, **more}, ARN) == FAILED


def test_an_answer_that_contains_itself_is_500() -> None:
    result: dict[str, Any] = {**ALLOW}
    result["context"] = {"self": result}

    assert decide(result, ARN) == FAILED


def test_an_answer_nested_without_end_is_500() -> None:
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]

    assert decide({**ALLOW, "more": deep}, ARN) == FAILED


def test_an_answer_may_be_as_large_as_the_limit_and_no_larger() -> None:
    def sized(size: int) -> dict[str, Any]:
        result = {**ALLOW, "context": {"fill": ""}}
        spare = size - len(str(result).replace("'", '"').encode())
        return {**ALLOW, "context": {"fill": "x" * spare}}

    assert isinstance(decide(sized(RESULT_BYTES), ARN), Allowed)
    assert decide(sized(RESULT_BYTES + 1), ARN) == FAILED
    assert decide(sized(600), ARN, limit_bytes=599) == FAILED
    assert isinstance(decide(sized(RESULT_BYTES + 1), ARN, limit_bytes=0), Allowed)
    assert decide({**ALLOW, "context": {"fill": "ü" * 4_100}}, ARN) == FAILED


def test_context_values_become_strings_and_the_principal_comes_last() -> None:
    context = {"n": 7, "rate": 1.5, "big": 1e20, "flag": True, "off": False, "none": None, "text": "x", "empty": ""}
    decision = decide({**ALLOW, "context": context}, ARN)

    assert decision == Allowed(
        {
            "n": "7",
            "rate": "1.5",
            "big": "1.0E20",
            "flag": "true",
            "off": "false",
            "none": "",
            "text": "x",
            "empty": "",
            "principalId": "ana",
        }
    )
    assert list(decision.context)[-1] == "principalId"


@pytest.mark.parametrize("more", [{}, {"context": None}, {"context": {}}])
def test_without_a_context_there_is_the_principal_alone(more: dict[str, Any]) -> None:
    assert decide({**ALLOW, **more}, ARN) == Allowed({"principalId": "ana"})


def test_a_context_cannot_replace_what_the_gateway_says() -> None:
    result = {**ALLOW, "context": {"principalId": "root", "integrationLatency": "0", "tenant": "acme"}}

    assert decide(result, ARN) == Allowed({"tenant": "acme", "principalId": "ana"})


def test_a_principal_that_is_a_number_is_told_as_text() -> None:
    assert decide({**ALLOW, "principalId": 42}, ARN) == Allowed({"principalId": "42"})


HEADERS = [("auth", "x"), ("empty", ""), ("twice", ""), ("Twice", "x"), ("x.y", "z")]
QUERY = [("token", "t"), ("empty", ""), ("gone", "x"), ("gone", "")]
STAGE = {"table": "live", "empty": ""}
CONTEXT = {
    "stage": "prod",
    "connectedAt": 0,
    "identity": {"sourceIp": "192.0.2.1", "userAgent": None},
    "authorizer": {},
}


@pytest.mark.parametrize(
    "source",
    [
        "route.request.header.missing",
        "route.request.header.empty",
        "route.request.header.",
        "route.request.querystring.missing",
        "route.request.querystring.empty",
        "route.request.querystring.gone",
        "route.request.querystring.Token",
        "stageVariables.missing",
        "stageVariables.empty",
        "stageVariables.TABLE",
        "context.missing",
        "context.identity.userAgent",
        "context.identity.missing",
        "context.stage.length",
        "context.",
        "method.request.header.auth",
        "$request.header.auth",
        "route.request.body.a",
        "",
    ],
)
def test_an_identity_source_that_is_absent_empty_or_unknown_is_missing(source: str) -> None:
    assert identity_missing([source], HEADERS, QUERY, STAGE, CONTEXT)
    assert identity_missing(["route.request.header.Auth", source], HEADERS, QUERY, STAGE, CONTEXT)


@pytest.mark.parametrize(
    "sources",
    [
        [],
        ["route.request.header.Auth"],
        ["route.request.header.AUTH", "route.request.querystring.token"],
        ["route.request.header.Twice"],
        ["route.request.header.x.y"],
        ["stageVariables.table"],
        ["context.stage", "context.identity.sourceIp", "context.connectedAt"],
    ],
)
def test_all_identity_sources_that_are_there_let_the_authorizer_be_asked(sources: list[str]) -> None:
    assert not identity_missing(sources, HEADERS, QUERY, STAGE, CONTEXT)


def test_without_stage_variables_and_context_those_sources_are_missing() -> None:
    assert identity_missing(["stageVariables.table"], HEADERS, QUERY)
    assert identity_missing(["context.stage"], HEADERS, QUERY)
    assert not identity_missing(["route.request.header.auth"], HEADERS, QUERY)
