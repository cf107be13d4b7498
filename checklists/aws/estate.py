"""What a survey of AWS accounts saw: things, what was measured, what was asked, and what could not be asked.

Nothing is absent unless it was asked for, the answer was whole, and it was not in it. `Estate.known` says whether that
is so; probes ask it before they take a missing thing for a thing that is not there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import AwareDatetime, Field, JsonValue

from checklists.aws.types import API
from migrator.inventory.record import Record

GapKind = Literal[
    "denied", "throttled", "expired", "unsupported", "not_enabled", "clock_skew", "unreachable", "limit", "failed"
]
"""denied: AccessDenied; throttled: still after all retries; expired: of the credentials; unsupported: the region or the
operation is not there; not_enabled: the service has to be switched on first (Cost Explorer); limit: our own bound."""

Manager = Literal["cloudformation", "terraform", "cdk", "sam", "serverless"]


class Thing(Record):
    """Something that stands in an account."""

    arn: str = Field(description="unique; what AWS gives no ARN has one made as checklists.aws.types says")
    type: str = Field(description="CloudFormation's name of it; see checklists.aws.types")
    id: str = Field(description="what its API takes to name it: the API id, the function name, the table name")
    name: str = Field(description="as people know it")
    account: str
    region: str = Field(description="'global' for IAM, Route 53, CloudFront")
    properties: dict[str, JsonValue] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    stack: str | None = Field(default=None, description="ARN of the CloudFormation stack that owns it")
    manager: Manager | None = Field(default=None, description="who made it, as its stack or its tags tell")
    created_at: AwareDatetime | None = None

    @property
    def is_websocket_api(self) -> bool:
        return self.type == API and self.properties.get("ProtocolType") == "WEBSOCKET"


class Measurement(Record):
    """One metric of one thing over a window. `total` is None when there is no datapoint, which is not 0."""

    subject: str = Field(description="ARN")
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: Literal["Sum", "Maximum", "Average"] = "Sum"
    start: AwareDatetime
    end: AwareDatetime
    period_s: int
    total: float | None
    last_at: AwareDatetime | None = Field(default=None, description="start of the newest period with more than 0")
    days: tuple[tuple[date, float], ...] = Field(default=(), description="UTC days that have datapoints, in order")


class Asked(Record):
    """An operation that was called, in one region of one account, and answered whole."""

    account: str
    region: str
    operation: str = Field(description="'apigatewayv2:GetRoutes'")
    calls: int
    found: int


class Gap(Record):
    """Something that could not be learned."""

    account: str
    region: str
    operation: str = Field(description="'apigatewayv2:GetRoutes'")
    subject: str = Field(default="", description="ARN of what was asked about; empty: the whole region")
    kind: GapKind
    code: str = Field(default="", description="AWS's error code")
    message: str = ""
    permission: str = Field(default="", description="the IAM action that would allow it")


class Account(Record):
    id: str
    alias: str = Field(default="", description="empty: it has none, or it could not be asked")
    partition: str = "aws"
    profile: str = Field(default="", description="profile or role with which it was read")


class Estate(Record):
    schema_version: Literal[1] = 1
    started_at: AwareDatetime
    finished_at: AwareDatetime
    accounts: tuple[Account, ...]
    regions: tuple[str, ...]
    things: tuple[Thing, ...] = Field(default=(), description="sorted by ARN")
    measurements: tuple[Measurement, ...] = ()
    asked: tuple[Asked, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @cached_property
    def _by_arn(self) -> dict[str, Thing]:
        return {thing.arn: thing for thing in self.things}

    @cached_property
    def _by_type(self) -> dict[str, list[Thing]]:
        index: dict[str, list[Thing]] = {}
        for thing in self.things:
            index.setdefault(thing.type, []).append(thing)
        return index

    @cached_property
    def counting_apis(self) -> frozenset[str]:
        """Ids of APIs of which CloudWatch counted anything, at any time that was measured."""
        return frozenset(
            one.dimensions["ApiId"] for one in self.measurements if one.total and "ApiId" in one.dimensions
        )

    @cached_property
    def _arns(self) -> list[str]:
        return sorted(self._by_arn)

    @cached_property
    def _measured(self) -> dict[tuple[str, str, frozenset[tuple[str, str]]], list[Measurement]]:
        index: dict[tuple[str, str, frozenset[tuple[str, str]]], list[Measurement]] = {}
        for one in self.measurements:
            index.setdefault((one.namespace, one.metric, frozenset(one.dimensions.items())), []).append(one)
        return index

    @cached_property
    def _by_subject(self) -> dict[str, list[Measurement]]:
        index: dict[str, list[Measurement]] = {}
        for one in self.measurements:
            index.setdefault(one.subject, []).append(one)
        return index

    @cached_property
    def _gaps_at(self) -> dict[tuple[str, str, str], dict[str, list[Gap]]]:
        """By place and operation, then by subject: a large account that denies something has thousands."""
        index: dict[tuple[str, str, str], dict[str, list[Gap]]] = {}
        for gap in self.gaps:
            there = index.setdefault((gap.account, gap.region, gap.operation), {})
            there.setdefault(gap.subject, []).append(gap)
        return index

    @cached_property
    def _answered(self) -> dict[tuple[str, str], set[str]]:
        index: dict[tuple[str, str], set[str]] = {}
        for one in self.asked:
            index.setdefault((one.account, one.region), set()).add(one.operation)
        return index

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Pydantic copies what is cached along, and it is no longer true of the copy."""
        copied = super().model_copy(update=update, deep=deep)
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied

    def thing(self, arn: str) -> Thing | None:
        return self._by_arn.get(arn)

    def under(self, arn: str, *types: str) -> tuple[Thing, ...]:
        """What belongs to a thing: routes and stages of an API, mappings of a domain. In order of their ARNs; without
        `types` of all."""
        begin, end = bisect_left(self._arns, f"{arn}/"), bisect_left(self._arns, f"{arn}0")
        inside = (self._by_arn[one] for one in self._arns[begin:end])
        return tuple(one for one in inside if not types or one.type in types)

    def of_type(self, *types: str) -> Iterator[Thing]:
        """In order of their ARNs."""
        if len(types) == 1:
            return iter(self._by_type.get(types[0], ()))
        return (thing for thing in self.things if thing.type in types)

    @cached_property
    def _websocket_apis(self) -> tuple[Thing, ...]:
        return tuple(thing for thing in self.of_type(API) if thing.is_websocket_api)

    def websocket_apis(self) -> tuple[Thing, ...]:
        return self._websocket_apis

    def measured(self, namespace: str, metric: str, dimensions: Mapping[str, str]) -> tuple[Measurement, ...]:
        """Over all windows, with these dimensions and no other."""
        return tuple(self._measured.get((namespace, metric, frozenset(dimensions.items())), ()))

    def measurements_of(self, arn: str, metric: str | None = None) -> tuple[Measurement, ...]:
        return tuple(one for one in self._by_subject.get(arn, ()) if metric is None or one.metric == metric)

    def gaps_of(self, operations: frozenset[str], account: str, region: str, subject: str = "") -> tuple[Gap, ...]:
        """What could not be learned about `subject` there; with "" also what concerns single subjects."""
        return tuple(self._gaps_of(operations, account, region, subject))

    def _gaps_of(self, operations: frozenset[str], account: str, region: str, subject: str) -> Iterator[Gap]:
        for operation in sorted(operations):
            there = self._gaps_at.get((account, region, operation), {})
            for about in ("", subject) if subject else there:
                yield from there.get(about, ())

    def known(self, operations: frozenset[str], account: str, region: str, subject: str = "") -> bool:
        """Whether every one of the operations was called there and left no gap, so that absence means something."""
        called = operations <= self._answered.get((account, region), set())
        return called and next(self._gaps_of(operations, account, region, subject), None) is None
