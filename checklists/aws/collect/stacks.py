"""CloudFormation stacks and what they own. Of stacks that own a part of a WebSocket API also their templates, and who
imports what they export."""

from __future__ import annotations

import json
from typing import Final

import yaml
from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.collect.functions import CANDIDATE_PARENTS
from checklists.aws.estate import Thing
from checklists.aws.failures import IMPORTED_BY_NOBODY, Failure
from checklists.aws.owners import owners
from checklists.aws.scope import CloserLook, Collector, Found, Near, Scope, for_each
from checklists.aws.shape import kept, moment_of, ordered, tags
from checklists.json_values import rows, text

_STACKS: Final = "cloudformation:DescribeStacks"
_RESOURCES: Final = "cloudformation:ListStackResources"
_TEMPLATE: Final = "cloudformation:GetTemplate"
_SUMMARY: Final = "cloudformation:GetTemplateSummary"
_IMPORTS: Final = "cloudformation:ListImports"
_OUTPUT: Final = ("OutputKey", "ExportName")
_RESOURCE: Final = ("LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus")
_MOST_CHARACTERS: Final = 2_000_000
"""A template has at most 1 MB: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def collect(scope: Scope) -> Found:
    found = Found()
    stacks = scope.caller.items(_STACKS, "Stacks")
    for_each(scope, stacks, _RESOURCES)
    for one in scope.each(stacks.items):
        arn = one["StackId"]
        resources = scope.caller.items(_RESOURCES, "StackResourceSummaries", subject=arn, StackName=arn)
        properties = kept(one, "StackStatus", "EnableTerminationProtection", "Description", "ParentId", "RootId") | {
            "Outputs": ordered((kept(output, *_OUTPUT) for output in one.get("Outputs") or ()), "OutputKey"),
            "Resources": ordered((kept(resource, *_RESOURCE) for resource in resources.items), "LogicalResourceId"),
        }
        found.things.append(
            scope.thing(
                arn,
                types.STACK,
                arn,
                one["StackName"],
                properties=properties,
                tags=tags(one.get("Tags", ())),
                created_at=moment_of(one, "CreationTime"),
            )
        )
    return found


def look(scope: Scope, near: Near) -> Found:
    """What a stack keeps when it is deleted, which transforms made it, and which stacks import what it exports."""
    found = Found()
    apis = {one.arn for one in near.things if one.is_websocket_api}
    stacks = owners(near.of_type(types.STACK), near.things)
    wanted = {stacks[one.arn] for one in near.things if one.arn in stacks and one.arn in apis | near.candidates}
    for stack in near.of_type(types.STACK):
        if stack.arn in wanted:
            reply = scope.caller.one(_TEMPLATE, subject=stack.arn, StackName=stack.arn, TemplateStage="Processed")
            details = _policies(scope, stack, reply.body["TemplateBody"]) if reply.body else {}
            summary = scope.caller.one(_SUMMARY, subject=stack.arn, StackName=stack.arn)
            if summary.body is not None:
                details["Transforms"] = [*sorted(str(one) for one in summary.body.get("DeclaredTransforms") or ())]
            found.details[stack.arn] = details | {"ImportedBy": _importers(scope, stack)}
    return found


def _importers(scope: Scope, stack: Thing) -> dict[str, JsonValue]:
    """Names of the stacks that import it, of each export that AWS told all of."""
    found: dict[str, JsonValue] = {}
    for export in filter(None, (text(one.get("ExportName")) for one in rows(stack.properties["Outputs"]))):
        answer = scope.caller.items(
            _IMPORTS, "Imports", subject=stack.arn, absent=IMPORTED_BY_NOBODY, ExportName=export
        )
        if answer.whole:
            found[export] = [*sorted(map(str, answer.items))]
    return found


def read_template(body: object) -> dict[str, JsonValue] | None:
    """DeletionPolicy by logical id; None when the template can't be read. boto3 reads JSON itself; YAML comes as a
    text, whose tags are not looked at."""
    if isinstance(body, dict):
        resources = body.get("Resources")
        several = resources if isinstance(resources, dict) else {}
        policies = {str(name): one.get("DeletionPolicy") for name, one in several.items() if isinstance(one, dict)}
        return {name: str(policy) for name, policy in policies.items() if policy is not None}
    if not isinstance(body, str) or not 0 < len(body) <= _MOST_CHARACTERS:
        return None
    try:
        return read_template(json.loads(body)) if body.lstrip().startswith("{") else _read_yaml(body)
    except (ValueError, RecursionError, yaml.YAMLError):
        return None


def _read_yaml(body: str) -> dict[str, JsonValue] | None:
    """Nodes only: nothing is constructed, and aliases are not unfolded."""
    found: dict[str, JsonValue] = {}
    root = yaml.compose(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(root, yaml.MappingNode):
        return None
    for name, resource in _pairs(_child(root, "Resources")):
        policy = _child(resource, "DeletionPolicy")
        if isinstance(policy, yaml.ScalarNode):
            found[name] = str(policy.value)
    return found


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(str(key.value), value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _pairs(node) if key == name), None)


def _policies(scope: Scope, stack: Thing, template: object) -> dict[str, JsonValue]:
    """Resources with their DeletionPolicy: None where the template has none. Without the key it is not known."""
    policies = read_template(template)
    if policies is None:
        scope.caller.unasked(_TEMPLATE, Failure("failed", "", "the template can't be read"), stack.arn)
        return {}
    resources = rows(stack.properties["Resources"])
    return {"Resources": [one | {"DeletionPolicy": policies.get(str(one["LogicalResourceId"]))} for one in resources]}


COLLECTOR: Final = Collector("stacks", "cloudformation", (_STACKS, _RESOURCES), collect)
CLOSER_LOOK: Final = CloserLook(
    "templates", "cloudformation", (_TEMPLATE, _SUMMARY, _IMPORTS), (_STACKS, _RESOURCES, *CANDIDATE_PARENTS), look
)
