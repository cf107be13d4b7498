"""A small account with prices: one API, what goes with it, and what stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Account, Estate, Measurement, Thing
from checklists.referrers.model import Fate, Verdict

NOW = datetime(2026, 9, 1, tzinfo=UTC)
MONTH = timedelta(hours=730)
ACCOUNT, REGION = "111122223333", "us-east-1"
GB = 1024**3


def arn(service: str, resource: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def api_arn(name: str, region: str = REGION) -> str:
    return f"arn:aws:apigateway:{region}::/apis/{name}"


CHAT = api_arn("chat123")
HANDLER = arn("lambda", "function:chat")
TABLE = arn("dynamodb", "table/connections")
GROUP = arn("logs", "log-group:/aws/lambda/chat")
ALARM = arn("cloudwatch", "alarm:chat-errors")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/chat"


def thing(name: str, kind: str, *, region: str = REGION, **properties: JsonValue) -> Thing:
    return Thing(
        arn=name,
        type=kind,
        id=name.rpartition("/")[2].rpartition(":")[2],
        name=name,
        account=ACCOUNT,
        region=region,
        properties=properties,
    )


def dashboards(count: int) -> tuple[Thing, ...]:
    return tuple(thing(arn("cloudwatch", f"dashboard/d{n}"), types.DASHBOARD) for n in range(count))


THINGS = (
    thing(CHAT, types.API, ProtocolType="WEBSOCKET"),
    thing(HANDLER, types.FUNCTION, MemorySize=128, Architectures=["x86_64"]),
    thing(
        TABLE,
        types.TABLE,
        BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"},
        TableSizeBytes=2 * GB,
        PointInTimeRecovery={"PointInTimeRecoveryStatus": "ENABLED"},
        Backups=[{"BackupArn": f"{TABLE}/backup/0{n}", "BackupSizeBytes": GB} for n in (1, 2)],
    ),
    thing(GROUP, types.LOG_GROUP, storedBytes=100 * GB),
    thing(ALARM, types.ALARM, Period=300),
    thing(ROLE, types.ROLE, region="global"),
)


def counted(
    subject: str,
    namespace: str,
    metric: str,
    total: float | None,
    *,
    start: datetime = NOW - MONTH,
    end: datetime = NOW,
    days: Iterable[tuple[date, float]] = (),
    **dimensions: str,
) -> Measurement:
    return Measurement(
        subject=subject,
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        start=start,
        end=end,
        period_s=3600,
        total=total,
        days=tuple(days),
    )


def traffic(connects: float | None, messages: float | None, *, api: str = "chat123", region: str = REGION):
    subject = api_arn(api, region)
    return (
        counted(subject, "AWS/ApiGateway", "ConnectCount", connects, ApiId=api),
        counted(subject, "AWS/ApiGateway", "MessageCount", messages, ApiId=api),
    )


def behind(runs: float, writes: float, reads: float, logged: float):
    return (
        counted(HANDLER, "AWS/Lambda", "Invocations", runs, FunctionName="chat"),
        counted(TABLE, "AWS/DynamoDB", "ConsumedWriteCapacityUnits", writes, TableName="connections"),
        counted(TABLE, "AWS/DynamoDB", "ConsumedReadCapacityUnits", reads, TableName="connections"),
        counted(GROUP, "AWS/Logs", "IncomingBytes", logged, LogGroupName="/aws/lambda/chat"),
    )


def estate(measurements: Iterable[Measurement] = (), things: Iterable[Thing] = THINGS) -> Estate:
    return Estate(
        started_at=NOW,
        finished_at=NOW,
        accounts=(Account(id=ACCOUNT),),
        regions=(REGION,),
        things=tuple(sorted(things, key=lambda one: one.arn)),
        measurements=tuple(measurements),
    )


def fates(*going: str, verdict: Verdict = "delete") -> tuple[Fate, ...]:
    return tuple(Fate(subject=one, verdict=verdict, why="only the API uses it") for one in going)
