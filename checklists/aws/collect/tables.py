"""DynamoDB tables with what protects them, and who reads their streams is told by the event sources."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import kept, moment_of, ordered, plain

_OF_EACH: Final = ("dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups")
_LISTS: Final = {
    "AttributeDefinitions": "AttributeName",
    "GlobalSecondaryIndexes": "IndexName",
    "LocalSecondaryIndexes": "IndexName",
    "Replicas": "RegionName",
}
_GONE: Final = frozenset({"ResourceNotFoundException", "TableNotFoundException"})
"""The table was deleted while the survey ran."""


def collect(scope: Scope) -> Found:
    names = scope.caller.items("dynamodb:ListTables", "TableNames")
    for_each(scope, names, *_OF_EACH)
    listed = scope.caller.items("dynamodb:ListBackups", "BackupSummaries", BackupType="ALL")
    backups: dict[str, list[JsonValue]] = defaultdict(list)
    for one in sorted(listed.items, key=lambda backup: str(backup.get("BackupArn"))):
        keys = ("BackupArn", "BackupName", "BackupStatus", "BackupType", "BackupCreationDateTime", "BackupSizeBytes")
        summary = kept(one, *keys)
        backups[one.get("TableArn", "")].append(summary)
    found = Found()
    for name in scope.each(names.items):
        table = _table(scope, str(name))
        if table is not None:
            of = {"Backups": backups.get(table.arn, [])} if listed.whole else {}
            found.things.append(table.model_copy(update={"properties": table.properties | of}))
    return found


def _table(scope: Scope, name: str) -> Thing | None:
    arn = scope.arn("dynamodb", f"table/{name}")
    described = scope.caller.one("dynamodb:DescribeTable", subject=arn, absent=_GONE, TableName=name)
    if described.known and described.body is None:
        return None
    one = described.body["Table"] if described.body else {}
    properties = kept(
        one,
        "TableStatus",
        "KeySchema",
        "ItemCount",
        "TableSizeBytes",
        "BillingModeSummary",
        "ProvisionedThroughput",
        "StreamSpecification",
        "LatestStreamArn",
        "GlobalTableVersion",
        "TableClassSummary",
        "SSEDescription",
    )
    for name_of, key in _LISTS.items():
        if one.get(name_of):
            properties[name_of] = ordered(one[name_of], key)
    if one:
        properties["DeletionProtectionEnabled"] = bool(one.get("DeletionProtectionEnabled", False))
    lives = scope.caller.one("dynamodb:DescribeTimeToLive", subject=arn, absent=_GONE, TableName=name)
    if lives.body is not None:
        properties["TimeToLiveDescription"] = plain(lives.body.get("TimeToLiveDescription"))
    backed = scope.caller.one("dynamodb:DescribeContinuousBackups", subject=arn, absent=_GONE, TableName=name)
    if backed.body is not None:
        description = backed.body.get("ContinuousBackupsDescription") or {}
        properties["PointInTimeRecovery"] = plain(description.get("PointInTimeRecoveryDescription"))
    return scope.thing(
        one.get("TableArn", arn),
        types.TABLE,
        name,
        properties=properties,
        created_at=moment_of(one, "CreationDateTime"),
    )


COLLECTOR: Final = Collector("tables", "dynamodb", ("dynamodb:ListTables", "dynamodb:ListBackups", *_OF_EACH), collect)
