"""Where a collector works, and what it brings back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from pydantic import JsonValue

from checklists.aws.calls import Answer, Caller
from checklists.aws.estate import Thing
from checklists.aws.ledger import Place
from checklists.aws.pulse import Pulse
from checklists.aws.types import GLOBAL_REGION

Each = TypeVar("Each")
Reach = Literal["region", "account"]
"""account: a service that is not in a region, and asked once."""


@dataclass(frozen=True)
class Scope:
    """One region of one account; `region` is 'global' for the services that have none."""

    account: str
    partition: str
    region: str
    caller: Caller
    pulse: Pulse

    @property
    def place(self) -> Place:
        return self.account, self.region

    @property
    def reach(self) -> Reach:
        return "account" if self.region == GLOBAL_REGION else "region"

    def each(self, several: Sequence[Each]) -> Iterator[Each]:
        """What is asked about one by one, counted as progress."""
        return self.pulse.each(several)

    def arn(self, service: str, resource: str) -> str:
        """arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE, of a service that has both in its ARNs."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def api_arn(self, resource: str) -> str:
        """API Gateway has no account in its ARNs.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html"""
        return f"arn:{self.partition}:apigateway:{self.region}::/{resource}"

    def thing(
        self,
        arn: str,
        type_: str,
        id_: str,
        name: str = "",
        *,
        properties: Mapping[str, JsonValue] | None = None,
        tags: Mapping[str, str] | None = None,
        created_at: datetime | None = None,
    ) -> Thing:
        """`name`: when it is called otherwise than `id_`."""
        return Thing(
            arn=arn,
            type=type_,
            id=id_,
            name=name or id_,
            account=self.account,
            region=self.region,
            properties=dict(properties or {}),
            tags=dict(tags or {}),
            created_at=created_at,
        )


@dataclass(frozen=True)
class Text:
    """A text of a thing in which others may be named. It may hold secrets: it is read for names, and never kept."""

    of: str
    """ARN of the thing whose text it is."""
    label: str
    """The variable, parameter or field."""
    value: str


@dataclass
class Found:
    things: list[Thing] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    details: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    """ARN -> properties of a thing that another collector lists."""
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """ARN -> tags of a thing that another collector lists."""

    def add(self, other: Found) -> None:
        self.things += other.things
        self.texts += other.texts
        self.tags |= other.tags
        for arn, properties in other.details.items():
            self.details[arn] = self.details.get(arn, {}) | properties


@dataclass(frozen=True)
class Collector:
    """What lists the things of a service."""

    name: str
    service: str
    """boto3's name, by which a survey can be narrowed."""
    operations: tuple[str, ...]
    """All that it calls: those of a place where nothing is asked become gaps."""
    collect: Callable[[Scope], Found]
    reach: Reach = "region"


@dataclass(frozen=True)
class Near:
    """What is known of a place when it is looked at closely."""

    things: tuple[Thing, ...]
    """All that were listed in this account and region."""
    candidates: frozenset[str]
    """ARNs of the functions that have to do with a WebSocket API."""

    def of_type(self, type_: str) -> list[Thing]:
        return [one for one in self.things if one.type == type_]


@dataclass(frozen=True)
class CloserLook:
    """What asks about single things, once it is known which of them matter."""

    name: str
    service: str
    operations: tuple[str, ...]
    parents: tuple[str, ...]
    """Operations that tell about which things it asks: a gap of theirs is a gap of its own."""
    look: Callable[[Scope, Near], Found]
    reach: Reach = "region"


def for_each(scope: Scope, parents: Answer, *operations: str, some: bool = True) -> None:
    """What is asked about each thing of a listing is known as little as the listing itself. `some`: whether any
    thing of it is asked about; without one the operations have nothing to be asked."""
    for operation in operations:
        if parents.cut is not None:
            scope.caller.unasked(operation, parents.cut)
        elif not parents.items or not some:
            scope.caller.nothing_to_ask(operation)
