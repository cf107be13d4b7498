"""CloudFormation's operations on the fake's own stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
from typing import Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers
from tests.awsfake.stacks import Resource, Stack, Stacks


def _room(request: Request) -> Stacks:
    return request.world.room(Stacks, request.account, request.region)


def _stack(request: Request) -> Stack:
    name = request.parameters["StackName"]
    found = _room(request).find(name)
    if found is None:
        raise AwsError("ValidationError", f"Stack with id {name} does not exist")
    return found


@answers("cloudformation:DescribeStacks")
def describe_stacks(request: Request) -> Answer:
    if request.parameters.get("StackName"):
        return {"Stacks": [_described(_stack(request))]}
    return {"Stacks": [_described(stack) for stack in _room(request).all if stack.deleted_at is None]}


def _described(stack: Stack) -> dict[str, Any]:
    outputs = [
        {"OutputKey": key, "OutputValue": value} | ({"ExportName": key} if key in stack.exports else {})
        for key, value in {**stack.outputs, **stack.exports}.items()
    ]
    described = {
        "StackId": stack.arn,
        "StackName": stack.name,
        "CreationTime": stack.created_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "EnableTerminationProtection": stack.protected,
        "Outputs": outputs,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
    }
    if stack.deleted_at is not None:
        described["DeletionTime"] = stack.deleted_at
    return described


@answers("cloudformation:ListStacks")
def list_stacks(request: Request) -> Answer:
    wanted = request.parameters.get("StackStatusFilter")
    return {
        "StackSummaries": [
            {
                key: value
                for key, value in _described(stack).items()
                if key not in {"Outputs", "Tags", "EnableTerminationProtection"}
            }
            for stack in _room(request).all
            if not wanted or stack.status in wanted
        ]
    }


def _resource(request: Request, stack: Stack, one: Resource) -> dict[str, Any]:
    return {
        "LogicalResourceId": one.logical,
        "PhysicalResourceId": one.physical,
        "ResourceType": one.type,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason,
    }


@answers("cloudformation:ListStackResources")
def list_stack_resources(request: Request) -> Answer:
    stack = _stack(request)
    return {
        "StackResourceSummaries": [
            _resource(request, stack, one) | {"LastUpdatedTimestamp": stack.created_at} for one in stack.resources
        ]
    }


@answers("cloudformation:DescribeStackResources")
def describe_stack_resources(request: Request) -> Answer:
    """By stack, or by a resource's physical id: the stack that owns it."""
    physical = request.parameters.get("PhysicalResourceId")
    if physical:
        for stack in _room(request).all:
            if stack.deleted_at is None and any(one.physical == physical for one in stack.resources):
                break
        else:
            raise AwsError("ValidationError", f"Stack for {physical} does not exist")
    else:
        stack = _stack(request)
    return {
        "StackResources": [
            _resource(request, stack, one)
            | {"StackName": stack.name, "StackId": stack.arn, "Timestamp": stack.created_at}
            for one in stack.resources
        ]
    }


@answers("cloudformation:DescribeStackEvents")
def describe_stack_events(request: Request) -> Answer:
    stack = _stack(request)
    return {
        "StackEvents": [
            {
                "StackId": stack.arn,
                "EventId": f"event-{number}",
                "StackName": stack.name,
                "LogicalResourceId": logical,
                "ResourceType": kind,
                "Timestamp": at,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }
            for number, (at, logical, kind, status, reason) in reversed(list(enumerate(stack.events)))
        ]
    }


@answers("cloudformation:GetTemplate")
def get_template(request: Request) -> Answer:
    return {
        "TemplateBody": json.loads(json.dumps(_stack(request).template())),
        "StagesAvailable": ["Original", "Processed"],
    }


@answers("cloudformation:GetTemplateSummary")
def get_template_summary(request: Request) -> Answer:
    stack = _stack(request)
    return {
        "Parameters": [],
        "ResourceTypes": sorted({one.type for one in stack.resources}),
        "DeclaredTransforms": list(stack.transforms),
    }


@answers("cloudformation:DeleteStack")
def delete_stack(request: Request) -> Answer:
    """A stack that is not there is no error. Termination protection refuses at once:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
    An export in use leaves the stack as it was, and tells so among its events: https://github.com/rlister/stax/issues/40,
    https://github.com/USSBA/aws-cft-tools/issues/27"""
    room = _room(request)
    stack = room.find(request.parameters["StackName"])
    if stack is None or stack.deleted_at is not None:
        return {}
    if stack.protected:
        raise AwsError(
            "ValidationError", f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    retained = frozenset(request.parameters.get("RetainResources", ()))
    if retained and stack.status != "DELETE_FAILED":
        raise AwsError("ValidationError", "Retain resources is only supported for stacks in DELETE_FAILED state")
    if not stack.status.endswith("IN_PROGRESS"):
        room.start_deletion(stack, retained)
    return {}


@answers("cloudformation:UpdateStack")
def update_stack(request: Request) -> Answer:
    stack = _stack(request)
    if stack.status.endswith("IN_PROGRESS"):
        raise AwsError("ValidationError", f"Stack:{stack.arn} is in {stack.status} state and can not be updated.")
    _room(request).start_update(stack, request.parameters["TemplateBody"])
    return {"StackId": stack.arn}


@answers("cloudformation:UpdateTerminationProtection")
def update_termination_protection(request: Request) -> Answer:
    stack = _stack(request)
    stack.protected = request.parameters["EnableTerminationProtection"]
    return {"StackId": stack.arn}


@answers("cloudformation:ListExports")
def list_exports(request: Request) -> Answer:
    return {
        "Exports": [
            {"ExportingStackId": stack.arn, "Name": name, "Value": value}
            for stack in _room(request).all
            if stack.deleted_at is None
            for name, value in stack.exports.items()
        ]
    }


@answers("cloudformation:ListImports")
def list_imports(request: Request) -> Answer:
    """An export that nobody imports is an error:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html"""
    name = request.parameters["ExportName"]
    importers = _room(request).importers(name)
    if not importers:
        raise AwsError("ValidationError", f"Export '{name}' is not imported by any stack.")
    return {"Imports": importers}
