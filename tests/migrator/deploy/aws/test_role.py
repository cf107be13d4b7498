"""The tasks may do what the functions may do, and never more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from migrator.deploy.aws.role import Role, role_of
from migrator.inventory.model import Trigger
from migrator.inventory.permissions import Permissions, PolicyStatement, UnreadPolicy
from migrator.inventory.record import Location
from tests.migrator.deploy.aws.stacks import of_type, template, told
from tests.migrator.deploy.deployments import CONNECT, PROVIDER

PLACE = Location(path="serverless.yml")
READS = PolicyStatement(actions=("dynamodb:GetItem",), resources=("*",), location=PLACE)


def role_with(permissions: Permissions | None, **changes: Any) -> Role:
    one = told()
    handlers = [
        handler.model_copy(update={"permissions": permissions, **changes}) for handler in one.inventory.handlers
    ]
    return role_of(replace(one, inventory=one.inventory.model_copy(update={"handlers": tuple(handlers)})))


# What is left out


@pytest.mark.parametrize("action", ["logs:PutLogEvents", "execute-api:*", "xray:PutTraceSegments", "Logs:*"])
def test_what_a_container_has_no_use_for(action: str) -> None:
    statement = READS.model_copy(update={"actions": (action, "dynamodb:GetItem")})

    assert role_with(Permissions(statements=(statement,))).statements == (READS,)


@pytest.mark.parametrize(
    "name", ["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole"]
)
def test_policies_of_functions_as_such(name: str) -> None:
    assert role_with(Permissions(managed_policies=(f"arn:aws:iam::aws:policy/{name}",))).managed == ()


def test_permissions_of_functions_that_go_on_running_elsewhere() -> None:
    elsewhere = (Trigger(kind="queue", source="jobs"),)

    assert role_with(Permissions(statements=(READS,)), triggers=elsewhere).statements == ()


def test_everything_where_a_part_that_is_not_known_may_deny() -> None:
    unread = UnreadPolicy(reason="it is computed", may_deny=True, location=PLACE)
    role = role_with(Permissions(statements=(READS,), managed_policies=("arn:x",), unread=(unread,)))

    assert (role.statements, role.managed, role.boundary) == ((), (), None)
    assert role.notes == (
        "what the policy at serverless.yml:1:1 says is not known, and it may deny something: it is computed",
        "so nothing was taken over: give the role what the functions may do",
    )


def test_everything_where_functions_have_different_boundaries() -> None:
    role = role_with(Permissions(statements=(READS,), boundaries=("arn:a", "arn:b")))

    assert role.statements == ()
    assert role.notes[0] == "the functions have different permissions boundaries: arn:a, arn:b"


# What is taken over


def test_statements_as_they_are_with_denials_and_the_boundary() -> None:
    deny = READS.model_copy(
        update={"effect": "Deny", "actions": ("logs:*",), "conditions": {"Bool": {"a:b": ("true",)}}}
    )
    unread = UnreadPolicy(reason="grantX is not known", may_deny=False, location=PLACE)
    role = role_with(Permissions(statements=(READS, deny), boundaries=("${Bound}",), unread=(unread,)))

    assert role.statements == (READS, deny)
    assert role.boundary == "${Bound}"
    assert role.notes == ("not taken over: grantX is not known (serverless.yml:1:1)",)


def test_a_function_of_which_no_file_says_anything_is_told() -> None:
    assert role_with(None).notes == ("no file says what app.py:connect may do",)


def test_what_is_wide_is_told() -> None:
    assert role_with(Permissions(statements=(READS,))).wide == ("dynamodb:GetItem on * (serverless.yml:1:1)",)
    assert role_with(Permissions(statements=(READS.model_copy(update={"resources": ("arn:a",)}),))).wide == ()


def test_tasks_that_call_functions_may_call_those_and_nothing_else() -> None:
    names = {"app.py:connect": "notes-connect:live"}
    role = role_of(told(settings={"backend.kind": "lambda", "backend.lambda.names": names}))
    here = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"

    [statement] = role.statements
    assert (statement.actions, statement.resources) == (("lambda:InvokeFunction",), (f"{here}notes-connect:live",))


def test_the_template_has_exactly_the_statements_of_the_functions() -> None:
    [policy] = of_type("AWS::IAM::Role")["TaskRole"]["Policies"]

    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": [{"Ref": "ConnectionsArn"}, {"Fn::Sub": "${ConnectionsArn}/index/*"}],
        },
        {
            "Effect": "Deny",
            "Action": ["s3:*"],
            "Resource": [{"Fn::Sub": 'arn:${AWS::Partition}:s3:::a-${AWS::AccountId}-"c/*'}],
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": [{"Ref": "AWS::Region"}]}},
        },
    ]


def test_a_role_without_statements_has_no_policy() -> None:
    role = template(told(PROVIDER + CONNECT))["Resources"]["TaskRole"]["Properties"]

    assert "Policies" not in role
    assert "ManagedPolicyArns" not in role
    assert "dynamodb" not in json.dumps(role)
