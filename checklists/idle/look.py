"""What an idle proof looks at: the signs of life of one stage, of the functions and of the tables behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from checklists.aws.estate import Estate, Gap, Measurement, Thing
from checklists.aws.types import STAGE
from checklists.idle.control import counts_connects
from checklists.idle.model import Knock
from checklists.idle.signs import (
    CONNECTS,
    DRAIN,
    INVOCATIONS,
    KNOCKS,
    MESSAGES,
    Sign,
    stage_sign,
    table_signs,
    thing_sign,
)
from checklists.idle.window import Window

METRICS = frozenset({"cloudwatch:GetMetricData"})
DECLARED = frozenset({"apigatewayv2:GetApis", "apigatewayv2:GetRoutes", "apigatewayv2:GetStages"})


@dataclass(frozen=True)
class Look:
    """`stage`: '' for the API as a whole. handlers, tables: the things that only this API uses."""

    estate: Estate
    api: Thing
    stage: str
    asked: timedelta
    handlers: tuple[Thing, ...]
    tables: tuple[Thing, ...]

    @cached_property
    def stood(self) -> Thing | None:
        """What has to stand over the whole window: the stage, or the API as a whole."""
        if not self.stage:
            return self.api
        return next((one for one in self.estate.under(self.api.arn, STAGE) if one.name == self.stage), None)

    @cached_property
    def signs(self) -> tuple[Sign, ...]:
        """All must have been measured; any above 0 is life."""
        connects = (CONNECTS,) if counts_connects(self.estate, self.api) else ()
        return (
            *(stage_sign(self.estate, self.api, self.stage, metric) for metric in (*connects, MESSAGES)),
            *(thing_sign(self.estate, handler, INVOCATIONS, {"FunctionName": handler.id}) for handler in self.handlers),
            *(sign for table in self.tables for sign in table_signs(self.estate, table)),
        )

    @cached_property
    def measurements(self) -> tuple[Measurement, ...]:
        return tuple(one for sign in (*self.signs, *self._knock_signs) for one in sign.measured)

    @cached_property
    def window(self) -> Window:
        """Ends where the first of the measurements ends, so that none is taken for longer than it was."""
        ends = [max(one.end for one in sign.measured) for sign in self.signs if sign.measured]
        end = min(ends, default=self.estate.finished_at)
        return Window(end - self.asked, end)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        found = self.estate.gaps_of(METRICS | DECLARED, self.api.account, self.api.region)
        mine = {self.api.arn, *(one.subject for one in self.measurements)}
        concerning = [one for one in found if one.subject in {"", *mine} or one.subject.startswith(f"{self.api.arn}/")]
        for thing in (*self.handlers, *self.tables):
            concerning.extend(self.estate.gaps_of(METRICS, thing.account, thing.region, thing.arn))
        return tuple(dict.fromkeys(concerning))

    @cached_property
    def unasked(self) -> str:
        """An operation that was never called; '' when all were."""
        for operation in sorted(METRICS | DECLARED):
            if not self.estate.known(frozenset({operation}), self.api.account, self.api.region, self.api.arn):
                return f"{operation} in {self.api.region}"
        for thing in (*self.handlers, *self.tables):
            if not self.estate.known(METRICS, thing.account, thing.region, thing.arn):
                return f"cloudwatch:GetMetricData in {thing.region}"
        return ""

    @property
    def _knock_signs(self) -> tuple[Sign, ...]:
        return tuple(stage_sign(self.estate, self.api, self.stage, metric) for metric in KNOCKS)

    @property
    def knocks(self) -> tuple[Knock, ...]:
        counted = [(sign, sign.in_window(self.window)) for sign in self._knock_signs]
        return tuple(Knock(metric=s.metric, count=count, last_at=s.last_at()) for s, count in counted if count > 0)

    @property
    def last_seen(self) -> datetime | None:
        return max((at for sign in self.signs if (at := sign.last_at())), default=None)

    @property
    def days(self) -> tuple[tuple[date, float], ...]:
        """What was counted of the stage itself on each day that has datapoints. A day without is left out."""
        begins, ends = self.window.start.astimezone(UTC).date(), self.window.end.astimezone(UTC).date()
        counted: dict[date, float] = {}
        for sign in (one for one in self.signs if one.metric in {CONNECTS, MESSAGES}):
            measured: dict[date, float] = {}
            for day, value in (pair for one in sign.measured for pair in one.days if begins <= pair[0] <= ends):
                measured[day] = max(value, measured.get(day, 0.0))
            for day, value in measured.items():
                counted[day] = counted.get(day, 0.0) + value
        return tuple(sorted(counted.items()))

    @property
    def drained(self) -> float | None:
        """Items that TTL took within the window; None when that was not measured."""
        signs = [thing_sign(self.estate, table, DRAIN, {"TableName": table.id}) for table in self.tables]
        counted = [sign.in_window(self.window) for sign in signs if sign.measured]
        return sum(counted) if counted else None
