"""Who owns a thing: a stack, Terraform, or nobody. What is owned is removed through its owner, or there is drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.json_values import mapping, rows
from checklists.referrers.documents import statements
from checklists.referrers.index import Index
from checklists.referrers.links.function_policies import sources
from checklists.referrers.model import Fate
from checklists.teardown.model import Owner

RETAINED: Final = frozenset({"Retain", "RetainExceptOnCreate"})
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""

NOTHING_OF_THEIR_OWN: Final = frozenset(
    {
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::IntegrationResponse",
        "AWS::ApiGatewayV2::RouteResponse",
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
    }
)
"""They exist only within something else of the stack, or are nothing in the account. What is in this list need not be
known to the survey for a stack to be wholly of the WebSocket path."""


@dataclass(frozen=True)
class OwnedStack:
    """whole: whether nothing in it stays. others: what does, or what nobody knows, in words. retained: ARNs that
    survive the stack."""

    stack: Thing | None
    arn: str
    manager: str
    covers: tuple[str, ...]
    whole: bool
    others: tuple[str, ...] = ()
    retained: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ownership:
    stacks: tuple[OwnedStack, ...] = ()
    terraform: tuple[str, ...] = ()
    """ARNs of what goes and Terraform made."""
    stackless: tuple[str, ...] = ()
    """ARNs of what goes and some tool made, by a stack that the survey does not tell."""
    _owners: Mapping[str, Owner] = field(default_factory=dict)

    def of(self, arn: str) -> Owner:
        return self._owners.get(arn, "none")


def ownership_of(estate: Estate, fates: Mapping[str, Fate]) -> Ownership:
    going = {arn for arn, fate in fates.items() if fate.verdict == "delete"}
    owners: dict[str, Owner] = {}
    by_stack: dict[str, list[str]] = {}
    stackless: list[str] = []
    for thing in estate.things:
        if thing.type == types.STACK:
            continue
        if thing.stack is not None:
            owners[thing.arn] = "stack"
            if thing.arn in going:
                by_stack.setdefault(_root(estate, thing.stack), []).append(thing.arn)
        elif thing.manager == "terraform":
            owners[thing.arn] = "terraform"
        elif thing.manager is not None:
            owners[thing.arn] = "stack"
            if thing.arn in going:
                stackless.append(thing.arn)
    index = Index(estate)
    return Ownership(
        stacks=tuple(_owned(index, arn, tuple(things), going) for arn, things in sorted(by_stack.items())),
        terraform=tuple(arn for arn, owner in owners.items() if owner == "terraform" and arn in going),
        stackless=tuple(stackless),
        _owners=owners,
    )


def _owned(index: Index, arn: str, covers: tuple[str, ...], going: set[str]) -> OwnedStack:
    estate = index.estate
    stack = estate.thing(arn)
    managers = {one.manager for one in map(estate.thing, (arn, *covers)) if one is not None and one.manager is not None}
    manager = next(iter(sorted(managers - {"cloudformation"})), "cloudformation")
    if stack is None:
        return OwnedStack(None, arn, manager, covers, whole=False, others=("the survey does not tell what is in it",))
    others, retained = _others(index, stack, going, depth=0)
    return OwnedStack(stack, arn, manager, covers, whole=not others, others=others, retained=retained)


def _others(index: Index, stack: Thing, going: set[str], depth: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of a stack stays or is unknown, in words; and the ARNs of what survives it."""
    if depth > 10:
        return ("it is nested too deeply",), ()
    estate = index.estate
    others: list[str] = []
    retained: list[str] = []
    resources = rows(stack.properties.get("Resources"))
    if not resources:
        others.append("the survey does not tell what is in it")
    for resource in resources:
        kind, physical = str(resource.get("ResourceType", "")), str(resource.get("PhysicalResourceId", ""))
        if kind == "AWS::Lambda::Permission":
            others += _callers_that_stay(index, stack, physical, going)
        if kind in NOTHING_OF_THEIR_OWN:
            continue
        if kind == "AWS::IAM::Policy":
            others += _holders_that_stay(estate, stack, {physical, str(resource.get("LogicalResourceId"))}, going)
            continue
        if kind == types.STACK and (nested := estate.thing(physical)) is not None:
            more_others, more_retained = _others(index, nested, going, depth + 1)
            others += more_others
            retained += more_retained
            continue
        thing = _thing_of(estate, stack, kind, physical)
        if thing is not None and resource.get("DeletionPolicy") in RETAINED:
            retained.append(thing.arn)
        elif thing is None or thing.arn not in going:
            others.append(f"{resource.get('LogicalResourceId', physical)} ({kind})")
    return tuple(others), tuple(retained)


def _thing_of(estate: Estate, stack: Thing, kind: str, physical: str) -> Thing | None:
    """By the id that CloudFormation gives; children of an API have none that is theirs alone, so their stack counts."""
    found = [
        thing
        for thing in estate.of_type(kind)
        if physical in {thing.arn, thing.id, thing.name}
        and thing.account == stack.account
        and thing.region in {stack.region, types.GLOBAL_REGION}
    ]
    return found[0] if len(found) == 1 else next((one for one in found if one.stack == stack.arn), None)


def _holders_that_stay(estate: Estate, stack: Thing, names: set[str], going: set[str]) -> list[str]:
    """Roles and the like that lose an inline policy with the stack, and stay."""
    return [
        f"an inline policy of {one.name} ({one.type})"
        for one in estate.of_type(types.ROLE, types.USER, types.GROUP)
        if one.account == stack.account and one.arn not in going and names & _inline_names(one)
    ]


def _callers_that_stay(index: Index, stack: Thing, statement: str, going: set[str]) -> list[str]:
    """Functions that stay, and that somebody who stays may no longer call without a permission of the stack.
    CloudFormation's id of a permission is that of its statement:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html"""
    return [
        f"a permission to call {one.name}"
        for one in index.estate.of_type(types.FUNCTION, types.FUNCTION_ALIAS)
        if (one.account, one.region) == (stack.account, stack.region) and one.arn not in going
        for permission in statements(one.properties.get("Policy"))
        if permission.sid == statement
        and not {user.arn for source in sources(permission) if (user := index.thing(source)) is not None} & going
    ]


def _inline_names(holder: Thing) -> set[str]:
    return set(mapping(holder.properties.get("Policies")))


def _root(estate: Estate, arn: str) -> str:
    """The stack that a nested one is deleted through."""
    for _depth in range(10):
        stack = estate.thing(arn)
        parent = None if stack is None else stack.properties.get("RootId") or stack.properties.get("ParentId")
        holder = parent or next(
            (
                one.arn
                for one in estate.of_type(types.STACK)
                if one.arn != arn
                and any(resource.get("PhysicalResourceId") == arn for resource in rows(one.properties.get("Resources")))
            ),
            None,
        )
        if holder is None:
            return arn
        arn = str(holder)
    return arn
