"""Which things a statement of IAM lets someone use: APIs' connections and routes, tables' items, functions.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers import arns, globs
from checklists.referrers.documents import Statement
from checklists.referrers.index import Index


@dataclass(frozen=True)
class Kind:
    type: str
    service: str
    prefix: str
    """Of the resource part of an ARN, before the name."""
    ends: str
    """Characters that end the name."""
    actions: tuple[str, ...]


API = Kind(types.API, "execute-api", "", "/", ("execute-api:ManageConnections", "execute-api:Invoke"))
TABLE = Kind(
    types.TABLE,
    "dynamodb",
    "table/",
    "/",
    (
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:PartiQLSelect",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PartiQLDelete",
        "dynamodb:GetRecords",
        "dynamodb:ExportTableToPointInTime",
    ),
)
FUNCTION = Kind(types.FUNCTION, "lambda", "function:", ":", ("lambda:InvokeFunction", "lambda:InvokeAsync"))
KINDS = (API, TABLE, FUNCTION)


@dataclass(frozen=True)
class Access:
    thing: Thing
    action: str
    resource: str
    """The pattern that reaches it."""

    @property
    def exact(self) -> bool:
        """Whether the pattern names this one thing, in whatever region or account."""
        kind = next(one for one in KINDS if one.type == self.thing.type)
        name = name_in(kind, self.resource)
        return name is not None and not set("*?") & set(name)


def name_in(kind: Kind, pattern: str) -> str | None:
    """The name, or the pattern of names, in a pattern of ARNs; None when it says nothing of one thing."""
    arn = arns.parse(pattern)
    if arn is not None and globs.meet(arn.service, kind.service) and arn.resource.startswith(kind.prefix):
        name = arn.resource.removeprefix(kind.prefix)
    else:
        name = pattern.partition(kind.prefix)[2] if kind.prefix else ""  # a star may reach across the colons before it
    for end in kind.ends:
        name = name.split(end, 1)[0]
    return None if not name or name[0] in "*?" else name


class Reach:
    """Finds the things of statements without comparing each with each."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def _sorted(self) -> dict[str, list[tuple[str, Thing]]]:
        return {
            kind.type: sorted(((_key(thing), thing) for thing in self.index.of_type(kind.type)), key=lambda one: one[0])
            for kind in KINDS
        }

    def named(self, statement: Statement) -> Iterator[Access]:
        """By a pattern that names one, or begins to."""
        for kind in KINDS:
            action = _allowed(statement, kind)
            for pattern in statement.resources if action else ():
                name = name_in(kind, pattern)
                if name is not None:
                    yield from (Access(one, action, pattern) for one in self._meeting(kind, pattern, name))

    def unnamed(self, statement: Statement) -> Iterator[Access]:
        """By a statement on everything: WebSocket APIs and tables; of functions there may be too many to list."""
        for kind in (API, TABLE):
            action = _allowed(statement, kind)
            wide = [one for one in statement.resources if name_in(kind, one) is None]
            if not action or not (wide or statement.not_resources):
                continue
            for thing in self.index.of_type(kind.type):
                if kind is API and not thing.is_websocket_api:
                    continue
                target = arn_pattern(thing)
                if statement.not_resources and statement.reaches(target):
                    yield Access(thing, action, "everything but NotResource")
                elif (met := next((one for one in wide if globs.meet(one, target)), None)) is not None:
                    yield Access(thing, action, met)

    def _meeting(self, kind: Kind, pattern: str, name: str) -> Iterator[Thing]:
        ordered, literal = self._sorted[kind.type], _literal(name)
        at = bisect_left(ordered, literal, key=lambda one: one[0])
        while at < len(ordered) and ordered[at][0].startswith(literal):
            key, thing = ordered[at]
            if globs.matches(name, key) and globs.meet(pattern, arn_pattern(thing, pattern)):
                yield thing
            at += 1


def arn_pattern(thing: Thing, like: str = "") -> str:
    """What the ARNs of a thing and of its parts look like in statements: of an API, its execute-api ARNs."""
    if thing.type == types.API:
        partition = (arns.parse(thing.arn) or arns.Arn("aws", "", "", "", "")).partition
        return f"arn:{partition}:execute-api:{thing.region}:{thing.account}:{thing.id}/*"
    if like and thing.type == types.TABLE and like.count("/") > 1:
        return f"{thing.arn}/*"
    if like and thing.type == types.FUNCTION and like.count(":") > 6:
        return f"{thing.arn}:*"
    return thing.arn


def _key(thing: Thing) -> str:
    return thing.id if thing.type == types.API else thing.name


def _literal(pattern: str) -> str:
    for at, character in enumerate(pattern):
        if character in "*?":
            return pattern[:at]
    return pattern


def _allowed(statement: Statement, kind: Kind) -> str:
    """One of the kind's actions that the statement allows; '' for none."""
    return next((action for action in kind.actions if statement.allows(action)), "")
