"""A small account: one API with the stages prod and dev, a function and a table, and what CloudWatch counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from checklists.aws.estate import Account, Asked, Estate, Gap, Measurement, Thing
from checklists.aws.types import API, FUNCTION, ROUTE, STAGE, TABLE
from checklists.idle.look import DECLARED, METRICS

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WINDOW = 30 * DAY
LONG = 400 * DAY
ACCOUNT, REGION = "111122223333", "eu-west-1"
CHAT = f"arn:aws:apigateway:{REGION}::/apis/chat123"
OTHER = f"arn:aws:apigateway:{REGION}::/apis/other456"
PROD = f"{CHAT}/stages/prod"
DEV = f"{CHAT}/stages/dev"
HANDLER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:chat-connect"
CONNECTIONS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/connections"

Counts = Mapping[str, Mapping[datetime, float]]
"""'prod ConnectCount' -> when -> how much."""

GATEWAY_METRICS = ("ConnectCount", "MessageCount", "ClientError", "ExecutionError", "IntegrationError")


def thing(arn: str, kind: str, name: str, *, made: datetime | None = NOW - 500 * DAY, **properties: object) -> Thing:
    return Thing.model_validate(
        {
            "arn": arn,
            "type": kind,
            "id": name,
            "name": name,
            "account": ACCOUNT,
            "region": REGION,
            "properties": properties,
            "created_at": made,
        }
    )


def route(key: str, target: str | None = "integrations/i1") -> Thing:
    return thing(f"{CHAT}/routes/{key}", ROUTE, key, RouteKey=key, Target=target)


THINGS = (
    thing(CHAT, API, "chat123", ProtocolType="WEBSOCKET"),
    thing(OTHER, API, "other456", ProtocolType="WEBSOCKET"),
    route("$connect"),
    thing(PROD, STAGE, "prod"),
    thing(DEV, STAGE, "dev"),
    thing(f"{OTHER}/stages/live", STAGE, "live"),
    thing(HANDLER, FUNCTION, "chat-connect"),
    thing(CONNECTIONS, TABLE, "connections"),
)


def floor(at: datetime, period_s: int) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // period_s * period_s, UTC)


def measured(
    subject: str,
    namespace: str,
    metric: str,
    dimensions: dict[str, str],
    points: Mapping[datetime, float],
    *,
    length: timedelta = WINDOW,
    period_s: int = 3600,
) -> Measurement:
    """What GetMetricData says of points, in periods as the survey asks for them."""
    start = floor(NOW - length, period_s)
    seen: dict[datetime, float] = {}
    for at, value in points.items():
        if start <= at < NOW:
            seen[floor(at, period_s)] = seen.get(floor(at, period_s), 0.0) + value
    days: dict[object, float] = {}
    for at, value in sorted(seen.items()):
        days[at.date()] = days.get(at.date(), 0.0) + value
    return Measurement.model_validate(
        {
            "subject": subject,
            "namespace": namespace,
            "metric": metric,
            "dimensions": dimensions,
            "start": start,
            "end": NOW,
            "period_s": period_s,
            "total": sum(seen.values()) if seen else None,
            "last_at": max((at for at, value in seen.items() if value > 0), default=None),
            "days": tuple(days.items()),
        }
    )


def series() -> dict[str, tuple[str, str, str, dict[str, str]]]:
    """'prod ConnectCount' -> subject, namespace, metric, dimensions."""
    stages = {"prod": ("chat123", PROD), "dev": ("chat123", DEV), "live": ("other456", f"{OTHER}/stages/live")}
    found = {
        f"{stage} {metric}": (arn, "AWS/ApiGateway", metric, {"ApiId": api, "Stage": stage})
        for stage, (api, arn) in stages.items()
        for metric in GATEWAY_METRICS
    }
    for metric in GATEWAY_METRICS:
        found[f"api {metric}"] = (CHAT, "AWS/ApiGateway", metric, {"ApiId": "chat123"})
    found["handler Invocations"] = (HANDLER, "AWS/Lambda", "Invocations", {"FunctionName": "chat-connect"})
    for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "TimeToLiveDeletedItemCount"):
        found[f"table {metric}"] = (CONNECTIONS, "AWS/DynamoDB", metric, {"TableName": "connections"})
    return found


SERIES = series()


def estate(
    counts: Counts,
    *gaps: Gap,
    things: tuple[Thing, ...] = THINGS,
    without: frozenset[str] = frozenset(),
    period_s: int = 3600,
    long_period_s: int = 86_400,
    length: timedelta = WINDOW,
    unasked: frozenset[str] = frozenset(),
) -> Estate:
    """`without`: series that were not measured at all."""
    kept = [name for name in SERIES if name not in without]
    return Estate(
        started_at=NOW,
        finished_at=NOW,
        accounts=(Account(id=ACCOUNT),),
        regions=(REGION,),
        things=tuple(sorted(things, key=lambda one: one.arn)),
        measurements=tuple(
            measured(*SERIES[name], counts.get(name, {}), length=span, period_s=period)
            for name in kept
            for span, period in ((length, period_s), (LONG, long_period_s))
        ),
        asked=tuple(
            Asked(account=ACCOUNT, region=REGION, operation=operation, calls=1, found=1)
            for operation in sorted((METRICS | DECLARED) - unasked)
        ),
        gaps=gaps,
    )


def gap(operation: str = "cloudwatch:GetMetricData", subject: str = "", region: str = REGION) -> Gap:
    return Gap(account=ACCOUNT, region=region, operation=operation, subject=subject, kind="denied")


BUSY_BEFORE: Counts = {
    "prod ConnectCount": {NOW - 90 * DAY: 1200.0},
    "api ConnectCount": {NOW - 90 * DAY: 1200.0},
    "handler Invocations": {NOW - 90 * DAY: 1200.0},
}
"""Idle for three months, and busy before."""
