"""How a survey shows a thing after a change was made to it."""

from __future__ import annotations

import json

from pydantic import JsonValue

from checklists.aws.estate import Thing
from checklists.referrers.model import Change


def edited(thing: Thing, change: Change) -> tuple[str, JsonValue] | None:
    """A property and what it is then. None where that is not known."""
    asked = change.parameters
    match change.operation.partition("."):
        case ("cloudwatch", _, "put_dashboard"):
            found = _parsed("Body", asked.get("DashboardBody"))
        case ("cloudwatch", _, "put_metric_alarm") if "Metrics" in asked:
            found = ("Metrics", asked["Metrics"])
        case ("cloudwatch", _, "put_composite_alarm"):
            found = ("AlarmRule", asked.get("AlarmRule"))
        case ("iam", _, "create_policy_version"):
            found = _parsed("Document", asked.get("PolicyDocument"))
        case ("iam", _, _) if "PolicyName" in asked:
            found = _inline(thing.properties.get("Policies"), str(asked["PolicyName"]), asked.get("PolicyDocument"))
        case ("lambda", _, "remove_permission"):
            found = _without_statement(thing.properties.get("Policy"), asked.get("StatementId"))
        case _:
            found = None
    return found


def _parsed(name: str, text: JsonValue | None) -> tuple[str, JsonValue] | None:
    try:
        return name, json.loads(str(text))
    except ValueError:
        return None


def _inline(policies: JsonValue | None, name: str, text: JsonValue | None) -> tuple[str, JsonValue] | None:
    """Without a text the policy is deleted."""
    left = {key: value for key, value in policies.items() if key != name} if isinstance(policies, dict) else {}
    if text is None:
        return "Policies", left
    document = _parsed("", text)
    return None if document is None else ("Policies", {**left, name: document[1]})


def _without_statement(policy: JsonValue | None, sid: JsonValue | None) -> tuple[str, JsonValue] | None:
    """A policy without statements is none."""
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list):
        return None
    statements = policy["Statement"]
    assert isinstance(statements, list)
    left = [one for one in statements if not (isinstance(one, dict) and one.get("Sid") == sid)]
    return "Policy", {**policy, "Statement": left} if left else None
