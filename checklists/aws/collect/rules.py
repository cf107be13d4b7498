"""EventBridge rules with their targets, of all buses."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.scope import Collector, Found, Scope, Text, for_each
from checklists.aws.shape import address, kept

_BUSES: Final = "events:ListEventBuses"
_RULES: Final = "events:ListRules"
_TARGETS: Final = "events:ListTargetsByRule"
_GONE: Final = frozenset({"ResourceNotFoundException"})


def collect(scope: Scope) -> Found:
    found = Found()
    buses = scope.caller.items(_BUSES, "EventBuses")
    for_each(scope, buses, _RULES, _TARGETS)
    for bus in buses.items:
        of_bus = str(bus.get("Arn") or bus["Name"])
        rules = scope.caller.items(_RULES, "Rules", subject=of_bus, absent=_GONE, EventBusName=bus["Name"])
        for_each(scope, rules, _TARGETS)
        for one in scope.each(rules.items):
            _rule(scope, bus["Name"], one, found)
    return found


def _rule(scope: Scope, bus: str, one: Item, found: Found) -> None:
    name = one["Name"]
    arn = one.get("Arn") or scope.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")
    targets = scope.caller.items(_TARGETS, "Targets", subject=arn, absent=_GONE, Rule=name, EventBusName=bus)
    properties = kept(
        one, "State", "ScheduleExpression", "EventPattern", "Description", "RoleArn", "ManagedBy", "EventBusName"
    )
    if targets.whole:
        properties["Targets"] = [*sorted({address(str(target["Arn"])) for target in targets.items})]
        properties["TargetIds"] = [*sorted(str(target["Id"]) for target in targets.items)]
        roles = {str(target["RoleArn"]) for target in targets.items if "RoleArn" in target}
        properties["TargetRoles"] = [*sorted(roles)]
    found.things.append(scope.thing(arn, types.RULE, name, properties=properties))
    found.texts.append(Text(arn, "EventPattern", one.get("EventPattern") or ""))
    for target in targets.items:
        found.texts.append(Text(arn, f"Input of {target['Id']}", str(target.get("Input") or "")))


COLLECTOR: Final = Collector("rules", "events", (_BUSES, _RULES, _TARGETS), collect)
