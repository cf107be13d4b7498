"""A step that edits knows how a survey shows what it did: a run that was cut off after its call knows its own change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.model import Change, Fate
from checklists.teardown.planning import make_plan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.steps.edited import edited
from tests.checklists.teardown.world import ACCOUNT, API, NOW, ROLE, estate, fates, things

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def _thing(**properties: Any) -> Thing:
    return Thing(arn="arn", type=types.ROLE, id="x", name="x", account=ACCOUNT, region="global", properties=properties)


@pytest.mark.parametrize(
    ("operation", "parameters", "shown"),
    [
        ("cloudwatch.put_dashboard", {"DashboardBody": '{"widgets": []}'}, ("Body", {"widgets": []})),
        ("cloudwatch.put_metric_alarm", {"Metrics": [{"Id": "a"}]}, ("Metrics", [{"Id": "a"}])),
        ("cloudwatch.put_composite_alarm", {"AlarmRule": "ALARM(a)"}, ("AlarmRule", "ALARM(a)")),
        ("iam.create_policy_version", {"PolicyDocument": json.dumps(DOCUMENT)}, ("Document", DOCUMENT)),
        (
            "iam.put_role_policy",
            {"PolicyName": "a", "PolicyDocument": json.dumps(DOCUMENT)},
            ("Policies", {"a": DOCUMENT, "b": {}}),
        ),
        ("iam.delete_role_policy", {"PolicyName": "a"}, ("Policies", {"b": {}})),
        ("lambda.remove_permission", {"StatementId": "one"}, ("Policy", {"Id": "p", "Statement": [{"Sid": "two"}]})),
        ("cloudwatch.put_dashboard", {"DashboardBody": "no JSON"}, None),
        ("cloudwatch.put_metric_alarm", {"MetricName": "Errors"}, None),
    ],
)
def test_what_is_shown_after_an_edit(operation: str, parameters: dict[str, Any], shown: object) -> None:
    policy = {"Id": "p", "Statement": [{"Sid": "one"}, {"Sid": "two"}]}
    thing = _thing(Policies={"a": {}, "b": {}}, Policy=policy)
    assert edited(thing, Change(operation=operation, parameters=parameters, words="")) == shown


def test_a_policy_without_statements_is_none() -> None:
    thing = _thing(Policy={"Statement": [{"Sid": "one"}]})
    change = Change(operation="lambda.remove_permission", parameters={"StatementId": "one"}, words="")
    assert edited(thing, change) == ("Policy", None)


def test_the_second_edit_of_a_thing_is_made_to_what_the_first_left() -> None:
    of = things()
    of[ROLE] = of[ROLE].model_copy(update={"properties": {"Policies": {"a": {}, "b": {}}, "AttachedPolicies": []}})
    changes = tuple(
        Change(operation="iam.delete_role_policy", parameters={"RoleName": "chat", "PolicyName": name}, words=name)
        for name in "ab"
    )
    fate = Fate(subject=ROLE, verdict="edit", why="shared", changes=changes)
    plan = make_plan(
        estate(of), fates(fate), (API,), application="chat", now=NOW, settings=TeardownSettings(accounts=(ACCOUNT,))
    )
    steps = [step for step in plan.steps if step.subject == ROLE and step.kind == "edit"]
    assert [[check.value for check in step.checks] for step in steps] == [[{"b": {}}], [{}]]
