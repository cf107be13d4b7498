"""Schedules of EventBridge Scheduler."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import kept, moment_of

_OPERATION: Final = "scheduler:ListSchedules"


def collect(scope: Scope) -> Found:
    found = Found()
    for one in scope.caller.items(_OPERATION, "Schedules").items:
        target = str((one.get("Target") or {}).get("Arn", ""))
        found.things.append(
            scope.thing(
                one["Arn"],
                types.SCHEDULE,
                one["Name"],
                properties=kept(one, "GroupName", "State") | {"Target": target},
                created_at=moment_of(one, "CreationDate"),
            )
        )
    return found


COLLECTOR: Final = Collector("schedules", "scheduler", (_OPERATION,), collect)
