"""What each kind of thing takes in a month, one function a kind. A kind that is not here costs nothing by standing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.cost.load import HANDLER_S
from checklists.cost.measured import Period, of_thing
from checklists.cost.model import Source
from checklists.cost.prices import HOME
from checklists.cost.usage import HOURS, Amount
from checklists.json_values import mapping, rows, texts

GB: Final = 1024.0**3
FREE_DASHBOARDS: Final = 3
"""Of an account, over all regions. https://aws.amazon.com/cloudwatch/pricing/"""

FAST_PERIODS: Final = frozenset({10, 20, 30})
"""Seconds. An alarm of so short a period is of high resolution."""


def amounts_of(thing: Thing, estate: Estate, period: Period | None) -> Iterator[Amount]:
    """Without dashboards, which are free up to three, and without APIs, whose clients they are counted by."""
    kind = _KINDS.get(thing.type)
    for key, quantity, source, grows in kind(thing, estate, period) if kind else ():
        if quantity > 0:
            region = HOME if thing.region == types.GLOBAL_REGION else thing.region
            yield Amount(key=key, quantity=quantity, source=source, region=region, subject=thing.arn, grows=grows)


_Part = tuple[str, float, Source, bool]


def _function(thing: Thing, estate: Estate, period: Period | None) -> Iterator[_Part]:
    runs = of_thing(estate, thing, "Invocations", period)
    arm = "arm64" in texts(thing.properties.get("Architectures"))
    measured_s = of_thing(estate, thing, "Duration", period) / 1000
    seconds = measured_s or runs * HANDLER_S
    yield "lambda.requests", runs, "measured", True
    key = "lambda.arm_gb_s" if arm else "lambda.x86_gb_s"
    yield key, seconds * _number(thing, "MemorySize", 128) / 1024, "measured" if measured_s else "assumed", True


def _alias(thing: Thing, estate: Estate, _: Period | None) -> Iterator[_Part]:
    """Capacity that is kept ready is paid for by the second, used or not."""
    function = estate.thing(thing.arn.rpartition(":")[0])
    memory = _number(function, "MemorySize", 128) if function else 128
    ready = _number(thing, "ProvisionedConcurrentExecutions")
    arm = function is not None and "arm64" in texts(function.properties.get("Architectures"))
    yield (
        "lambda.provisioned_arm_gb_s" if arm else "lambda.provisioned_x86_gb_s",
        ready * memory / 1024 * HOURS * 3600,
        "measured",
        False,
    )


def _table(thing: Thing, estate: Estate, period: Period | None) -> Iterator[_Part]:
    if mapping(thing.properties.get("BillingModeSummary")).get("BillingMode") == "PAY_PER_REQUEST":
        yield "dynamodb.writes", of_thing(estate, thing, "ConsumedWriteCapacityUnits", period), "measured", True
        yield "dynamodb.reads", of_thing(estate, thing, "ConsumedReadCapacityUnits", period), "measured", True
    else:
        holders = [thing.properties, *rows(thing.properties.get("GlobalSecondaryIndexes"))]
        for key, unit in (("dynamodb.write_hours", "WriteCapacityUnits"), ("dynamodb.read_hours", "ReadCapacityUnits")):
            units = sum(_float(mapping(one.get("ProvisionedThroughput")).get(unit)) for one in holders)
            yield key, units * HOURS, "measured", False
    stored = _number(thing, "TableSizeBytes") / GB
    yield "dynamodb.storage", stored, "measured", False
    recovery = mapping(thing.properties.get("PointInTimeRecovery"))
    if recovery.get("PointInTimeRecoveryStatus") == "ENABLED":
        yield "dynamodb.pitr", stored, "measured", False


def _log_group(thing: Thing, estate: Estate, period: Period | None) -> Iterator[_Part]:
    yield "logs.ingested", of_thing(estate, thing, "IncomingBytes", period) / GB, "measured", True
    yield "logs.stored", _number(thing, "storedBytes") / GB, "measured", False


def _alarm(thing: Thing, _: Estate, __: Period | None) -> Iterator[_Part]:
    """An alarm on an expression is paid for by each metric that it reads."""
    metrics = sum("MetricStat" in one for one in rows(thing.properties.get("Metrics"))) or 1
    fast = _number(thing, "Period", 60) in FAST_PERIODS
    yield "cloudwatch.fast_alarms" if fast else "cloudwatch.alarms", metrics, "measured", False


def _composite(_: Thing, __: Estate, ___: Period | None) -> Iterator[_Part]:
    yield "cloudwatch.composite_alarms", 1, "measured", False


def _web_acl(_: Thing, __: Estate, ___: Period | None) -> Iterator[_Part]:
    yield "waf.acls", 1, "measured", False


def backups_of(table: Thing) -> Iterator[Amount]:
    """Backups outlive their table, so each is a thing of its own that has to be deleted by itself."""
    for one in rows(table.properties.get("Backups")):
        size = _float(one.get("BackupSizeBytes")) / GB
        if size and isinstance(arn := one.get("BackupArn"), str):
            yield Amount(key="dynamodb.backups", quantity=size, source="measured", region=table.region, subject=arn)


_KINDS: Final[dict[str, Callable[[Thing, Estate, Period | None], Iterator[_Part]]]] = {
    types.FUNCTION: _function,
    types.FUNCTION_ALIAS: _alias,
    types.TABLE: _table,
    types.LOG_GROUP: _log_group,
    types.ALARM: _alarm,
    types.COMPOSITE_ALARM: _composite,
    types.WEB_ACL: _web_acl,
}


def paid_dashboards(estate: Estate, going: int, account: str) -> int:
    """How many of those that go were paid for: the free ones stay free for what is left."""
    standing = sum(one.account == account for one in estate.of_type(types.DASHBOARD))
    return min(going, max(0, standing - FREE_DASHBOARDS))


def metered(mean_kb: float | None, part_kb: float) -> int:
    return ceil(mean_kb / part_kb) if mean_kb else 1


def _number(thing: Thing, name: str, otherwise: float = 0.0) -> float:
    return _float(thing.properties.get(name), otherwise)


def _float(value: JsonValue, otherwise: float = 0.0) -> float:
    return float(value) if isinstance(value, int | float) and value >= 0 else otherwise
