"""CloudFormation's stacks: moto can't have an AWS::ApiGatewayV2::Api in one, so that the fake has its own.

A stack here is made from things that are there already; nothing is created by it, and all of it is deleted by it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from tests.awsfake.deletion import delete_resource, deletion_rank

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

DeletionPolicy = Literal["Delete", "Retain", "RetainExceptOnCreate"]
TAKES = timedelta(seconds=45)
"""How long a stack is busy when it is deleted or updated."""


@dataclass
class Resource:
    """One resource of a stack. `parent`: the id of the API or the domain that it lies in, where it has one."""

    logical: str
    type: str
    physical: str
    policy: DeletionPolicy = "Delete"
    parent: str = ""
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stack:
    """`exports`: name -> value. `imports`: names of exports of other stacks of the region."""

    name: str
    arn: str
    created_at: datetime
    resources: list[Resource]
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    protected: bool = False
    transforms: tuple[str, ...] = ()
    deleted_at: datetime | None = None
    events: list[tuple[datetime, str, str, str, str]] = field(default_factory=list)
    """(at, logical id, type, status, reason)"""

    def template(self) -> dict[str, Any]:
        template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
        if self.transforms:
            template["Transform"] = list(self.transforms)
        template["Resources"] = {
            one.logical: {"Type": one.type, "DeletionPolicy": one.policy, "Properties": one.properties}
            for one in self.resources
        }
        if self.outputs:
            template["Outputs"] = {
                key: {"Value": value} | ({"Export": {"Name": key}} if key in self.exports else {})
                for key, value in {**self.outputs, **self.exports}.items()
            }
        return template


class Stacks:
    """Of one account in one region."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.world = world
        self.account = account
        self.region = region
        self.all: list[Stack] = []

    def create(self, name: str, resources: list[Resource], **more: Any) -> Stack:
        number = f"{len(self.all):08}-0000-11f0-8000-000000000000"
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{number}"
        made = Stack(name, arn, self.world.clock.now(), resources, **more)
        self.all.append(made)
        return made

    def find(self, name_or_arn: str) -> Stack | None:
        """A deleted stack answers to its ARN alone."""
        for stack in reversed(self.all):
            if stack.arn == name_or_arn or (stack.name == name_or_arn and stack.deleted_at is None):
                return stack
        return None

    def importers(self, export: str) -> list[str]:
        return [stack.name for stack in self.all if stack.deleted_at is None and export in stack.imports]

    def start_deletion(self, stack: Stack, retained: frozenset[str]) -> None:
        before = stack.status
        for export in stack.exports:
            importers = self.importers(export)
            if importers:
                stack.reason = f"Export {export} cannot be deleted as it is in use by {' and '.join(importers)}"
                self._event(stack, stack.name, "AWS::CloudFormation::Stack", before, stack.reason)
                return
        self._set(stack, "DELETE_IN_PROGRESS", "User Initiated")
        clock = self.world.clock
        clock.at(clock.now() + TAKES, lambda: self._delete(stack, list(stack.resources), retained, whole=True))

    def start_update(self, stack: Stack, template: str) -> None:
        """What the new template no longer has is deleted; nothing else of it is looked at."""
        kept = set(json.loads(template)["Resources"])
        gone = [one for one in stack.resources if one.logical not in kept]
        self._set(stack, "UPDATE_IN_PROGRESS", "User Initiated")
        clock = self.world.clock
        clock.at(clock.now() + TAKES, lambda: self._delete(stack, gone, frozenset(), whole=False))

    def _delete(self, stack: Stack, gone: list[Resource], retained: frozenset[str], *, whole: bool) -> None:
        for one in sorted(gone, key=lambda one: deletion_rank(one.type)):
            if one.status == "DELETE_COMPLETE":
                continue
            if one.policy != "Delete" or one.logical in retained:
                one.status = "DELETE_SKIPPED"
            else:
                self._delete_one(one)
            self._event(stack, one.logical, one.type, one.status, one.reason)
        failed = [one.logical for one in gone if one.status == "DELETE_FAILED"]
        if not whole:
            stack.resources = [one for one in stack.resources if one not in gone or one.logical in failed]
            self._set(stack, "UPDATE_COMPLETE", "")
        elif failed:
            self._set(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
        else:
            stack.deleted_at = self.world.clock.now()
            self._set(stack, "DELETE_COMPLETE", "")

    def _delete_one(self, one: Resource) -> None:
        with self.world.quiet():
            try:
                delete_resource(self.world, self.account, self.region, one)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if "NotFound" not in code and code != "NoSuchEntity":
                    one.status, one.reason = "DELETE_FAILED", str(error)
                    return
        one.status = "DELETE_COMPLETE"

    def _set(self, stack: Stack, status: str, reason: str) -> None:
        stack.status, stack.reason = status, reason
        self._event(stack, stack.name, "AWS::CloudFormation::Stack", status, reason)

    def _event(self, stack: Stack, logical: str, kind: str, status: str, reason: str) -> None:
        stack.events.append((self.world.clock.now(), logical, kind, status, reason))
