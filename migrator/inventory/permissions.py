"""What a function may do in AWS, as its infrastructure declares it.

Texts are in the notation of `Fn::Sub`: what only a deployment knows is `${AWS::Region}`, `${Table.Arn}` or `${Stage}`,
by the name that the infrastructure has for it; a literal `${` is `${!`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

from pydantic import Field

from migrator.inventory.record import Location, Record

T = TypeVar("T")
Effect = Literal["Allow", "Deny"]


class PolicyStatement(Record):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html"""

    effect: Effect = "Allow"
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: dict[str, dict[str, tuple[str, ...]]] = Field(
        default_factory=dict, description="operator -> key -> values"
    )
    location: Location


class UnreadPolicy(Record):
    """A part of a policy that could not be read."""

    reason: str
    may_deny: bool = Field(description="whether it may forbid what other statements allow")
    location: Location


class Permissions(Record):
    statements: tuple[PolicyStatement, ...] = ()
    managed_policies: tuple[str, ...] = Field(default=(), description="ARNs")
    boundaries: tuple[str, ...] = Field(
        default=(), description="ARNs of policies that bound what the others allow; a role has one at most"
    )
    unread: tuple[UnreadPolicy, ...] = ()


def united(given: Iterable[Permissions | None]) -> Permissions:
    """Everything that one of them says, once."""
    known = [each for each in given if each is not None]

    def once(values: Iterable[T]) -> tuple[T, ...]:
        found: list[T] = []
        for value in values:
            if value not in found:
                found.append(value)
        return tuple(found)

    return Permissions(
        statements=once(statement for each in known for statement in each.statements),
        managed_policies=once(arn for each in known for arn in each.managed_policies),
        boundaries=once(arn for each in known for arn in each.boundaries),
        unread=once(part for each in known for part in each.unread),
    )
