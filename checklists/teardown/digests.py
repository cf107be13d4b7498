"""Digests of plans and of things: whether something is as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.teardown.model import TeardownPlan

VOLATILE: Final[dict[str, frozenset[str]]] = {
    types.TABLE: frozenset(
        {"ItemCount", "TableSizeBytes", "TableStatus", "Backups", "PointInTimeRecovery", "ProvisionedThroughput"}
    ),
    types.LOG_GROUP: frozenset({"storedBytes", "lastEventTimestamp", "MetricFilters", "SubscriptionFilters"}),
    types.ALARM: frozenset({"StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp"}),
    types.COMPOSITE_ALARM: frozenset({"StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp"}),
    types.STAGE: frozenset({"LastUpdatedDate", "DeploymentId", "LastDeploymentStatusMessage"}),
    types.EVENT_SOURCE: frozenset({"LastModified", "LastProcessingResult", "StateTransitionReason"}),
    types.ROLE: frozenset({"RoleLastUsed"}),
    types.STACK: frozenset({"EnableTerminationProtection", "StackStatus", "ImportedBy"}),
    types.CERTIFICATE: frozenset({"InUseBy", "InUse"}),
    types.POLICY: frozenset({"AttachmentCount"}),
    types.FUNCTION: frozenset({"State", "LastUpdateStatus", "LastModified"}),
}
"""What changes by itself, or by traffic, or is watched by a gate of its own, as `Mentions` and the stack are."""

PARTS: Final = frozenset({types.ROUTE, types.INTEGRATION, types.AUTHORIZER})
"""Of an API: a route that somebody adds meanwhile is a change of it."""


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def thing_digest(thing: Thing, parts: Iterable[Thing] = ()) -> str:
    """Of what it is and how it is set, without what changes by itself. `parts`: of an API."""
    return sha256(canonical([_essence(one) for one in (thing, *sorted(parts, key=lambda part: part.arn))]))


def digest_in(estate: Estate, arn: str) -> str | None:
    """None when the estate has no such thing."""
    thing = estate.thing(arn)
    return None if thing is None else thing_digest(thing, parts_of(estate, thing))


def parts_of(estate: Estate, thing: Thing) -> tuple[Thing, ...]:
    if thing.type != types.API:
        return ()
    return tuple(part for part in estate.of_type(*PARTS) if part.arn.startswith(f"{thing.arn}/"))


def estate_digest(estate: Estate) -> str:
    return sha256(canonical([_essence(thing) for thing in estate.things]))


def plan_digest(plan: TeardownPlan) -> str:
    return sha256(canonical(plan.model_dump(mode="json", exclude={"digest"})))


def _essence(thing: Thing) -> dict[str, Any]:
    volatile = VOLATILE.get(thing.type, frozenset()) | {"Mentions"}
    properties = {key: value for key, value in thing.properties.items() if key not in volatile}
    if thing.type == types.STACK:
        properties["Resources"] = _without_status(properties.get("Resources"))
    return {"arn": thing.arn, "name": thing.name, "type": thing.type, "properties": properties, "tags": thing.tags}


def _without_status(resources: JsonValue) -> JsonValue:
    """A deletion that failed, and is to be tried again, changes no more than that."""
    if not isinstance(resources, list):
        return resources
    return [
        {key: value for key, value in one.items() if key != "ResourceStatus"} if isinstance(one, dict) else one
        for one in resources
    ]
