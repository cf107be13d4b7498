"""EventBridge rules and schedules -> what they call. A disabled one counts: it can be enabled.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for rule in index.of_type(types.RULE):
        when = text(rule.properties.get("ScheduleExpression")) or "events"
        state = text(rule.properties.get("State")).lower() or "unknown"
        targets = rule.properties.get("Targets")
        for arn in [*texts(targets), *(text(one.get("Arn")) for one in rows(targets))]:
            if (target := index.thing(arn)) is not None:
                yield use(rule, target, "rule", f"target of rule {rule.name} ({when}, {state})")
    for schedule in index.of_type(types.SCHEDULE):
        target_ = schedule.properties.get("Target")
        arn = text(target_) or text(mapping(target_).get("Arn"))
        state = text(schedule.properties.get("State")).lower() or "unknown"
        if (target := index.thing(arn)) is not None:
            yield use(schedule, target, "schedule", f"target of schedule {schedule.name} ({state})")
