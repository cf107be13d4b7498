"""Signs of life beside the WebSocket path: something ran, or was read, while the APIs were silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Estate, Measurement, Thing
from checklists.aws.measured import CAPACITY_METRICS

METRICS_OF_LIFE: Final[dict[str, tuple[str, ...]]] = {
    types.FUNCTION: ("Invocations",),
    types.TABLE: CAPACITY_METRICS,
    types.LOG_GROUP: ("IncomingLogEvents",),
}
_SILENCE: Final = ("ConnectCount", "MessageCount")
_MOST_NAMED: Final = 10
LAST_CONNECTION: Final = timedelta(days=1)
"""A connection lives at most two hours, and its end calls a function: that can be on the day after the last message.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""


@dataclass(frozen=True)
class Life:
    why: str = ""
    """One sentence; '' for no sign of life."""
    missing: tuple[str, ...] = ()
    """What would have to be measured to tell."""


class Lives:
    def __init__(self, estate: Estate, apis: Iterable[str]) -> None:
        self._estate = estate
        self._apis = tuple(apis)
        active = [one for api in self._apis for one in self._measured(api, _SILENCE)]
        self._days = {day for one in active for day in _days(one)}
        self._unplaced = any(_unplaced(one) for one in active)
        self._unmeasured = self._not_measured()

    def of(self, thing: Thing) -> Life:
        wanted = METRICS_OF_LIFE.get(thing.type)
        if wanted is None or (thing.type == types.LOG_GROUP and not self._measured(thing.arn, wanted)):
            return Life(missing=self._other_writers(thing))
        measured = self._measured(thing.arn, wanted)
        found = {one.metric for one in measured}
        missing = [f"metric {metric} of {thing.name}" for metric in wanted if metric not in found]
        missing += self._unmeasured
        if missing:
            return Life(missing=tuple(missing))
        for one in measured:
            beside = [day for day in _days(one) if not {day, day - LAST_CONNECTION} & self._days]
            if beside and not self._unplaced:
                days = f"on {beside[-1]}" + (f" and {len(beside) - 1} other days" if len(beside) > 1 else "")
                return Life(why=f"{one.metric} was above 0 {days}, while the WebSocket APIs were silent.")
            if _unplaced(one) and not self._days and not self._unplaced:
                return Life(why=f"{one.metric} is {one.total:g}, and the WebSocket APIs were silent.")
            if (beside or _unplaced(one)) and (self._unplaced or not beside):
                return Life(missing=(f"days of metric {one.metric} of {thing.name}",))
        return Life()

    def _not_measured(self) -> list[str]:
        """Of the APIs: without it nothing tells when they were silent."""
        missing = []
        for api in self._apis:
            told = {one.metric for one in self._measured(api, _SILENCE)}
            missing += [f"metric {metric} of {api}" for metric in _SILENCE if metric not in told]
        more = [f"{len(missing) - _MOST_NAMED} more metrics of APIs"] if len(missing) > _MOST_NAMED else []
        return missing[:_MOST_NAMED] + more

    @staticmethod
    def _other_writers(thing: Thing) -> tuple[str, ...]:
        """Only Lambda writes to a log group of its own naming."""
        if thing.type == types.LOG_GROUP and not thing.name.startswith("/aws/lambda/"):
            return (f"metric IncomingLogEvents of {thing.name}",)
        return ()

    def _measured(self, arn: str, metrics: tuple[str, ...]) -> list[Measurement]:
        return [one for one in self._estate.measurements_of(arn) if one.metric in metrics and one.statistic == "Sum"]


def _days(one: Measurement) -> list[date]:
    days = [day for day, value in one.days if value > 0]
    if not days and one.total and one.last_at is not None:
        return [one.last_at.date()]
    return days


def _unplaced(one: Measurement) -> bool:
    """Something was counted, and not on which day."""
    return bool(one.total) and not _days(one)
