"""What an authorizer's answer means: a policy is evaluated, not glanced at."""

from typing import Any

import pytest

from shim.gateway.authorization import Allowed, Refused, allows, decide, identity_missing

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/$connect"


def statement(effect: str, resource: object = ARN, action: object = "execute-api:Invoke") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def answer(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"principalId": "ana", "policyDocument": {"Version": "2012-10-17", "Statement": list(statements)}, **more}


@pytest.mark.parametrize(
    "refusing",
    [
        [],
        [statement("Deny")],
        [statement("Allow"), statement("Deny", "*")],
        [statement("Allow", ARN.replace("prod", "dev"))],
        [statement("Allow", action="s3:GetObject")],
        [{"Effect": "Allow"}],
        [{**statement("Allow"), "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}],
        [statement("Allow"), {**statement("Deny"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
        [statement("Allow"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}],
        [statement("Allow"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:other"}],
        [{"Effect": "Allow", "NotAction": "execute-api:*", "Resource": "*"}],
    ],
)
def test_without_an_allow_or_with_a_deny_the_answer_is_403(refusing: list[dict[str, Any]]) -> None:
    assert decide(answer(*refusing), ARN) == Refused(403, "Forbidden")


@pytest.mark.parametrize("result", [None, "yes", True, [], 1])
def test_an_answer_that_is_no_policy_is_500(result: object) -> None:
    assert decide(result, ARN) == Refused(500, "Internal server error")


def test_a_missing_principal_is_403() -> None:
    assert decide({"policyDocument": {"Statement": [statement("Allow")]}}, ARN) == Refused(403, "Forbidden")


def test_objects_in_the_context_are_not_allowed() -> None:
    assert decide(answer(statement("Allow"), context={"roles": ["a"]}), ARN) == Refused(500, "Internal server error")


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        (ARN, "execute-api:Invoke"),
        ("*", "*"),
        ("arn:aws:execute-api:*:*:*/prod/*", "execute-api:*"),
        (["arn:other", ARN.replace("$connect", "?connect")], ["EXECUTE-API:invoke"]),
    ],
)
def test_wildcards_and_lists_allow(resource: object, action: object) -> None:
    assert allows({"Statement": [statement("Allow", resource, action)]}, ARN)


def test_a_single_statement_need_not_be_a_list() -> None:
    assert allows({"Statement": statement("Allow")}, ARN)


def test_context_values_become_strings_beside_the_principal() -> None:
    allowed = decide(answer(statement("Allow"), context={"n": 7, "flag": True, "none": None}), ARN)

    assert allowed == Allowed({"principalId": "ana", "n": "7", "flag": "true", "none": ""})


@pytest.mark.parametrize(
    ("sources", "missing"),
    [
        ((), False),
        (("route.request.header.Auth",), False),
        (("route.request.querystring.token",), False),
        (("route.request.querystring.empty",), True),
        (("route.request.header.Auth", "route.request.querystring.other"), True),
        (("route.request.header.X.Y",), True),
        (("stageVariables.key",), True),
        (("context.something",), True),
    ],
)
def test_all_identity_sources_must_be_there(sources: tuple[str, ...], missing: bool) -> None:
    assert identity_missing(sources, [("auth", "x")], [("token", "t"), ("empty", "")]) is missing
