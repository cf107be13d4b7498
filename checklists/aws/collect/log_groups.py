"""Log groups. Subscriptions and the last event are asked for only where a WebSocket API or its functions write."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.collect.functions import CANDIDATE_PARENTS
from checklists.aws.estate import Thing
from checklists.aws.scope import CloserLook, Collector, Found, Near, Scope
from checklists.aws.shape import kept, moment_of_ms, ordered

_GROUPS: Final = "logs:DescribeLogGroups"
_METRIC_FILTERS: Final = "logs:DescribeMetricFilters"
_SUBSCRIPTIONS: Final = "logs:DescribeSubscriptionFilters"
_STREAMS: Final = "logs:DescribeLogStreams"
_GONE: Final = frozenset({"ResourceNotFoundException"})


def collect(scope: Scope) -> Found:
    groups = scope.caller.items(_GROUPS, "logGroups")
    filters = scope.caller.items(_METRIC_FILTERS, "metricFilters")
    of_group: dict[str, list[dict[str, JsonValue]]] = defaultdict(list)
    for one in filters.items:
        kept_of_it = kept(one, "filterName", "filterPattern", "metricTransformations")
        of_group[one.get("logGroupName", "")].append(kept_of_it)
    found = Found()
    for one in groups.items:
        name: str = one["logGroupName"]
        properties = {"retentionInDays": None} | kept(
            one, "retentionInDays", "storedBytes", "kmsKeyId", "logGroupClass", "deletionProtectionEnabled"
        )
        if filters.whole:
            properties["MetricFilters"] = ordered(of_group.get(name, ()), "filterName")
        arn = str(one.get("logGroupArn") or one.get("arn") or scope.arn("logs", f"log-group:{name}")).removesuffix(":*")
        found.things.append(
            scope.thing(arn, types.LOG_GROUP, name, properties=properties, created_at=moment_of_ms(one, "creationTime"))
        )
    return found


def look(scope: Scope, near: Near) -> Found:
    found = Found()
    written = _written(near)
    for group in scope.each([one for one in near.of_type(types.LOG_GROUP) if one.id in written]):
        found.details[group.arn] = _subscriptions(scope, group) | _last_event(scope, group)
    return found


def _written(near: Near) -> set[str]:
    """Names of the groups in which candidates and stages write."""
    names = {str(one.properties.get("LogGroup")) for one in near.of_type(types.FUNCTION) if one.arn in near.candidates}
    for stage in near.of_type(types.STAGE):
        settings = stage.properties.get("AccessLogSettings")
        if isinstance(settings, dict):
            names.add(str(settings.get("DestinationArn")).removesuffix(":*").rpartition(":log-group:")[2])
        names.add(f"/aws/apigateway/{stage.arn.split('/')[2]}/{stage.id}")
    return names


def _subscriptions(scope: Scope, group: Thing) -> dict[str, JsonValue]:
    found = scope.caller.items(
        _SUBSCRIPTIONS, "subscriptionFilters", subject=group.arn, absent=_GONE, logGroupName=group.id
    )
    several = [kept(one, "filterName", "filterPattern", "destinationArn", "roleArn") for one in found.items]
    return {"SubscriptionFilters": ordered(several, "filterName")} if found.whole else {}


def _last_event(scope: Scope, group: Thing) -> dict[str, JsonValue]:
    newest = scope.caller.one(
        _STREAMS,
        subject=group.arn,
        absent=_GONE,
        logGroupName=group.id,
        orderBy="LastEventTime",
        descending=True,
        limit=1,
    )
    streams = (newest.body or {}).get("logStreams") or [{}]
    return {"lastEventTimestamp": streams[0].get("lastEventTimestamp")} if newest.known else {}


COLLECTOR: Final = Collector("log groups", "logs", (_GROUPS, _METRIC_FILTERS), collect)
CLOSER_LOOK: Final = CloserLook(
    "log groups", "logs", (_SUBSCRIPTIONS, _STREAMS), (_GROUPS, *CANDIDATE_PARENTS, "apigatewayv2:GetStages"), look
)
