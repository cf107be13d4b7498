"""A policy is evaluated, not glanced at."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.policies import PolicyMalformed, allows

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/$connect"


def statement(effect: str, resource: object = ARN, action: object = "execute-api:Invoke") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


ALLOW, DENY = statement("Allow"), statement("Deny")


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (None, "policyDocument"),
        ("Allow", "policyDocument"),
        ([ALLOW], "policyDocument"),
        ({"Statement": "Allow"}, "Statement[0]"),
        ({"Statement": [ALLOW, None]}, "Statement[1]"),
        ({"Statement": [{**ALLOW, "Effect": "allow"}]}, "Statement[0].Effect"),
        ({"Statement": [{**ALLOW, "Effect": ["Allow"]}]}, "Statement[0].Effect"),
        ({"Statement": [{"Action": "*", "Resource": "*"}]}, "Statement[0].Effect"),
        ({"Statement": [{"Effect": "Allow"}]}, "Statement[0].Action"),
        ({"Statement": [{"Effect": "Allow", "Action": "*"}]}, "Statement[0].Resource"),
        ({"Statement": [{**ALLOW, "NotAction": "s3:*"}]}, "Statement[0].Action"),
        ({"Statement": [{**ALLOW, "NotResource": "*"}]}, "Statement[0].Resource"),
        ({"Statement": [{**ALLOW, "Action": []}]}, "Statement[0].Action"),
        ({"Statement": [{**ALLOW, "Resource": None}]}, "Statement[0].Resource"),
        ({"Statement": [{**ALLOW, "Resource": [ARN, 1]}]}, "Statement[0].Resource"),
        ({"Statement": [{**ALLOW, "Resource": "arn:aws:execute-api:" + "x" * 493}]}, "Statement[0].Resource"),
        ({"Statement": [ALLOW, {**DENY, "Resource": {"a": 1}}]}, "Statement[1].Resource"),
    ],
)
def test_what_is_no_policy_document_is_refused_with_the_place(document: object, at: str) -> None:
    with pytest.raises(PolicyMalformed) as malformed:
        allows(document, ARN)

    assert malformed.value.at == at
    assert str(malformed.value) == f"{at} {malformed.value.reason}"


@pytest.mark.parametrize(
    "statements",
    [
        [],
        None,
        DENY,
        [DENY],
        [ALLOW, statement("Deny", "*")],
        [statement("Deny", "*"), ALLOW],
        [ALLOW, ALLOW, DENY],
        [statement("Allow", ARN.replace("prod", "dev"))],
        [statement("Allow", ARN.upper())],
        [statement("Allow", ARN + "x")],
        [statement("Allow", ARN[:-1])],
        [statement("Allow", "arn:aws:execute-api:*/dev/*")],
        [statement("Allow", action="s3:GetObject")],
        [statement("Allow", action="execute-api:ManageConnections")],
        [{**ALLOW, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}],
        [ALLOW, {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
        [ALLOW, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}],
        [ALLOW, {"Effect": "Deny", "Action": "*", "NotResource": "arn:other"}],
        [{"Effect": "Allow", "NotAction": "EXECUTE-API:*", "Resource": "*"}],
        [{"Effect": "Allow", "Action": "*", "NotResource": ["arn:other", ARN]}],
    ],
)
def test_without_an_allow_or_with_a_deny_nobody_comes_in(statements: object) -> None:
    assert not allows({"Version": "2012-10-17", "Statement": statements}, ARN)


@pytest.mark.parametrize(
    "statements",
    [
        ALLOW,
        [ALLOW],
        [ALLOW, ALLOW],
        [ALLOW, statement("Deny", ARN.replace("prod", "dev"))],
        [ALLOW, statement("Deny", action="execute-api:ManageConnections")],
        statement("Allow", "*", "*"),
        statement("Allow", "arn:aws:execute-api:*:*:*/prod/*", "execute-api:*"),
        statement("Allow", ["arn:other", ARN.replace("$connect", "?connect")], ["EXECUTE-API:invoke"]),
        statement("Allow", ARN.replace("eu-west-1", "*").replace("prod", "p**d")),
        statement("Allow", action="execute-api:Inv?ke"),
        statement("Allow", ARN + "*"),
        {**ALLOW, "Condition": {}},
        {**ALLOW, "Sid": "1", "Principal": "*"},
        {"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:other"},
    ],
)
def test_an_allow_that_fits_and_no_deny_lets_in(statements: object) -> None:
    assert allows({"Statement": statements}, ARN)


def test_characters_of_regular_expressions_stand_for_themselves() -> None:
    assert not allows({"Statement": statement("Allow", ARN.replace("$", "."))}, ARN)
    assert not allows({"Statement": statement("Allow", "[a-z]*")}, ARN)
    assert allows({"Statement": statement("Allow", "a.b+(c)[d]$^|")}, "a.b+(c)[d]$^|")


def test_a_pattern_of_many_wildcards_takes_no_time() -> None:
    began = time.process_time()

    assert not allows({"Statement": statement("Allow", "*a" * 256)}, "a" * 255 + "b")
    assert time.process_time() - began < 10


@given(st.text(st.sampled_from("ab*?"), max_size=8), st.text(st.sampled_from("ab"), max_size=8))
def test_wildcards_mean_what_they_say(pattern: str, value: str) -> None:
    def fits(pattern: str, value: str) -> bool:
        if not pattern:
            return not value
        if pattern[0] == "*":
            return any(fits(pattern[1:], value[at:]) for at in range(len(value) + 1))
        return bool(value) and pattern[0] in {"?", value[0]} and fits(pattern[1:], value[1:])

    if pattern:
        assert allows({"Statement": statement("Allow", pattern)}, value) is fits(pattern, value)
