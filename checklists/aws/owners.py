"""Who owns a thing: the stack that lists it, and the tool that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Manager, Thing
from checklists.json_values import rows

_SAME_AS: Final = {
    "AWS::DynamoDB::GlobalTable": types.TABLE,
    "AWS::IAM::Policy": types.POLICY,
    "AWS::Route53::RecordSetGroup": types.RECORD,
}
_GLOBAL: Final = frozenset(
    {
        types.ROLE,
        types.USER,
        types.GROUP,
        types.POLICY,
        types.RECORD,
        types.DISTRIBUTION,
        types.DASHBOARD,
        types.WEB_ACL,
    }
)
_UNDER_AN_API: Final = frozenset(
    {types.ROUTE, types.INTEGRATION, types.AUTHORIZER, types.STAGE, types.MODEL, types.DEPLOYMENT, types.MAPPING}
)

_STACK_NAME: Final = "aws:cloudformation:stack-id"
_SERVERLESS_OUTPUT: Final = "ServerlessDeploymentBucketName"
_SAM_TRANSFORM: Final = "AWS::Serverless-2016-10-31"


def owners(stacks: Iterable[Thing], things: Iterable[Thing]) -> dict[str, str]:
    """ARN of a thing -> ARN of the stack that lists it. What a nested stack lists is its own, and it is its parent's.
    Ids of what is under an API are unique there only: where several stacks list one, that of the API counts."""
    listed: dict[tuple[str, str, str], list[Thing]] = defaultdict(list)
    for stack in stacks:
        for one in rows(stack.properties.get("Resources")):
            if one.get("PhysicalResourceId"):
                type_ = str(one.get("ResourceType"))
                listed[stack.account, _SAME_AS.get(type_, type_), str(one["PhysicalResourceId"])].append(stack)
    found: dict[str, str] = {}
    for thing in sorted(things, key=lambda one: (one.type in _UNDER_AN_API, one.arn)):
        several = [
            stack
            for name in dict.fromkeys((thing.arn, thing.id, thing.name))
            for stack in listed.get((thing.account, thing.type, name), [])
            if thing.type in _GLOBAL or stack.region == thing.region
        ]
        if thing.type in _UNDER_AN_API:
            of_parent = found.get("/".join(thing.arn.split("/")[:3]))
            several = [one for one in several if one.arn == of_parent] or several
        if several:
            found[thing.arn] = several[0].arn
    return found


def manager(thing: Thing, stack: Thing | None) -> Manager | None:
    """Who made a thing, as the tags and its stack tell; None when nothing does."""
    if _says_terraform(thing.tags):
        return "terraform"
    if stack is None:
        return "cloudformation" if _STACK_NAME in thing.tags else None
    kinds = _column(stack.properties.get("Resources"), "ResourceType")
    keys = _column(stack.properties.get("Outputs"), "OutputKey")
    transforms = stack.properties.get("Transforms")
    if "AWS::CDK::Metadata" in kinds or any(key.startswith("aws-cdk:") for key in (*thing.tags, *stack.tags)):
        return "cdk"
    if _SERVERLESS_OUTPUT in keys:
        return "serverless"
    if (isinstance(transforms, list) and _SAM_TRANSFORM in transforms) or thing.tags.get("lambda:createdBy") == "SAM":
        return "sam"
    return "cloudformation"


def owned(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """The things with their stack and manager."""
    things = tuple(things)
    stacks = {one.arn: one for one in things if one.type == types.STACK}
    of = owners(stacks.values(), things)
    found: list[Thing] = []
    for one in things:
        stack = of.get(one.arn) or one.tags.get(_STACK_NAME)
        made_by = manager(one, stacks.get(stack or "", one if one.type == types.STACK else None))
        changed = {"stack": stack, "manager": made_by}
        found.append(one.model_copy(update=changed) if stack or made_by else one)
    return tuple(found)


def _column(several: JsonValue, key: str) -> frozenset[str]:
    return frozenset(str(one.get(key)) for one in rows(several))


def _says_terraform(tags: dict[str, str]) -> bool:
    """As teams use to tag: `terraform = true`, `ManagedBy = Terraform`."""
    if any(value.lower() in {"terraform", "opentofu"} for value in tags.values()):
        return True
    return any(key.lower() == "terraform" and value.lower() not in {"false", "no", "0"} for key, value in tags.items())
