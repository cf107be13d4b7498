"""Statements of IAM: whom they make a user, and what is taken out of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklists.aws import types
from checklists.referrers.edits.policies import managed, without
from checklists.referrers.index import Index
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    REGION,
    chat,
    function_arn,
    policy,
    role_arn,
    table_arn,
)

CONNECTIONS = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/*/POST/@connections/*"
TABLE, SAY = table_arn("connections"), function_arn("say")


def _uses(*statements: dict[str, Any]) -> dict[str, bool]:
    """What a role uses by its policy: ARN -> whether it only mentions it."""
    board = chat()
    role = board.role("other", *statements)
    return {one.used: one.mention for one in board.uses() if one.user == role and one.kind == "policy"}


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "execute-api:ManageConnections", "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:other12345/*"},
        {"Action": "dynamodb:PutItem", "Resource": table_arn("connections-archive")},
        {"Action": "dynamodb:DescribeTable", "Resource": TABLE},
        {"Action": "dynamodb:GetItem", "Resource": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/connections"},
        {"Action": "lambda:GetFunction", "Resource": SAY},
        {"NotAction": ["dynamodb:*", "execute-api:*"], "Resource": TABLE},
        {"Action": "s3:*", "Resource": "*"},
        {"Action": "dynamodb:GetItem", "NotResource": f"{TABLE}*"},
    ],
)
def test_a_statement_about_something_else_makes_no_user(statement: dict[str, Any]) -> None:
    assert _uses(statement) == {}


def test_a_statement_that_denies_makes_no_user() -> None:
    board = chat()
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": TABLE}}
    role = board.role("other")
    board.with_properties(role, Policies={"p": deny})
    assert not [one for one in board.uses() if one.user == role]


@pytest.mark.parametrize(
    ("statement", "used"),
    [
        ({"Action": "execute-api:ManageConnections", "Resource": CONNECTIONS}, {API: True}),
        ({"Action": "EXECUTE-API:manage*", "Resource": [CONNECTIONS]}, {API: True}),
        ({"Action": "execute-api:*", "Resource": f"arn:aws:execute-api:*:*:{API_ID}/*"}, {API: True}),
        ({"Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:*/@connections/*"}, {API: True}),
        ({"Action": "*", "Resource": "*"}, {API: True, TABLE: True}),
        ({"NotAction": "iam:*", "Resource": "*"}, {API: True, TABLE: True}),
        ({"Action": "*", "NotResource": "arn:aws:s3:::x"}, {API: True, TABLE: True}),
        ({"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/*"}, {TABLE: True}),
        ({"Action": "dynamodb:Q*", "Resource": f"{TABLE}/index/*"}, {TABLE: False}),
        ({"Action": "dynamodb:GetRecords", "Resource": f"{TABLE}/stream/*"}, {TABLE: False}),
        ({"NotAction": "s3:*", "Resource": TABLE}, {TABLE: False}),
        ({"Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:*:*:table/conn*s"}, {TABLE: False}),
        ({"Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:*:*:table/c?nnections"}, {TABLE: False}),
        ({"Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:*:table/connections"}, {TABLE: False}),
        ({"Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:*:*:table/conn${aws:username}"}, {TABLE: False}),
        ({"Action": "dynamodb:PutItem", "Resource": "*table/connections"}, {TABLE: False}),
        ({"Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:*function:say"}, {SAY: False}),
        ({"Action": "lambda:InvokeFunction", "Resource": f"{SAY}:live"}, {SAY: False}),
        ({"Action": "lambda:Invoke*", "Resource": "arn:aws:lambda:*:*:function:sa*"}, {SAY: False}),
    ],
)  # fmt: skip
def test_a_statement_makes_a_user_of_what_it_names(statement: dict[str, Any], used: dict[str, bool]) -> None:
    assert _uses(statement) == used


def test_a_managed_policy_makes_users_of_those_that_have_it() -> None:
    board = chat()
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    board.thing(arn, types.POLICY, "p", region="global", Document=policy({"Action": "dynamodb:*", "Resource": TABLE}))
    role = board.role("other", AttachedPolicies=[{"PolicyName": "p", "PolicyArn": arn}])
    found = {(one.user, one.mention) for one in board.uses() if one.used == TABLE and one.user in {arn, role}}
    assert found == {(arn, True), (role, False)}


def _left(*statements: dict[str, Any], gone: frozenset[str] = frozenset({API, TABLE})) -> Any:
    after = without(Index(chat().estate()), policy(*statements), gone)
    return None if after is None else [{key: one[key] for key in ("Action", "Resource")} for one in after["Statement"]]  # type: ignore[union-attr, index, call-overload]


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "*", "Resource": "*"},
        {"Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:*/@connections/*"},
        {"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/conn*"},
        {"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/connections"},
        {"Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:table/connections"},
        {"Action": "execute-api:*", "Resource": f"arn:aws:execute-api:*:{API_ID}/*"},
        {"Action": "dynamodb:*", "Resource": f"{TABLE}${{aws:username}}"},
        {"Action": "dynamodb:DeleteTable", "Resource": TABLE},
        {"Action": "lambda:InvokeFunction", "Resource": SAY},
    ],
)
def test_a_statement_that_may_mean_more_stays_as_it_is(statement: dict[str, Any]) -> None:
    assert _left(statement) is None


def test_a_statement_about_one_api_goes_and_one_about_several_is_narrowed() -> None:
    other = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}
    mixed = {
        "Action": ["execute-api:*", "dynamodb:*"],
        "Resource": [CONNECTIONS, table_arn("orders"), f"{TABLE}/index/*"],
    }
    assert _left({"Action": "execute-api:ManageConnections", "Resource": CONNECTIONS}, other, mixed) == [
        other,
        {"Action": ["execute-api:*", "dynamodb:*"], "Resource": [table_arn("orders")]},
    ]


def test_a_policy_about_nothing_else_is_deleted_from_a_role_that_stays() -> None:
    board = chat()
    board.function(
        "rest", role=board.role("rest", {"Action": "execute-api:ManageConnections", "Resource": CONNECTIONS})
    )
    (change,) = board.fates()[role_arn("rest")].changes
    assert (change.operation, change.undo_operation) == ("iam.delete_role_policy", "iam.put_role_policy")
    assert change.parameters == {"RoleName": "rest", "PolicyName": "inline"}
    assert json.loads(str(change.undo_parameters["PolicyDocument"]))["Statement"]


def test_a_managed_policy_gets_a_new_version() -> None:
    board = chat()
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    document = policy(
        {"Action": "execute-api:ManageConnections", "Resource": CONNECTIONS}, {"Action": "s3:*", "Resource": "*"}
    )
    of = {"Document": document, "Versions": 5, "DefaultVersionId": "v7", "AttachmentCount": 1}
    board.thing(arn, types.POLICY, "p", region="global", **of)
    (change,) = managed(Index(board.estate()), board.things[arn], frozenset({API}))
    assert change.operation == "iam.create_policy_version"
    assert len(json.loads(str(change.parameters["PolicyDocument"]))["Statement"]) == 1
    assert (change.undo_operation, change.undo_parameters["VersionId"]) == ("iam.set_default_policy_version", "v7")
    assert "delete the oldest first" in change.words
