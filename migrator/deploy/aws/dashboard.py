"""The dashboard, as CloudWatch's document with `${…}` for what only the deployment knows.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.deploy.aws.alarms import CONNECTIONS, HEALTHY, Metric, alarms
from migrator.deploy.aws.log_metrics import log_metrics
from migrator.deploy.aws.settings import AwsSettings

NAMESPACES: Final[Mapping[str, str]] = {
    "load_balancer": "AWS/ApplicationELB",
    "target_group": "AWS/ApplicationELB",
    "service": "AWS/ECS",
    "redis": "AWS/ElastiCache",
    "stops": "AWS/Logs",
    "logs": "${Name}",
}
"""Place -> CloudWatch's name for it; what is made of logs is told from that of other deployments by their name."""

DIMENSIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "load_balancer": {"LoadBalancer": "LoadBalancer"},
    "target_group": {"LoadBalancer": "LoadBalancer", "TargetGroup": "TargetGroup"},
    "service": {"ClusterName": "Cluster", "ServiceName": "Service"},
    "stops": {"LogGroupName": "StopLogGroup"},
    "logs": {},
}
"""Dimension -> what it is called here; of a node of Redis, `CacheClusterId` -> `RedisNode1`, `RedisNode2`."""

_WIDTH: Final = 8
_COLUMNS: Final = 3

_CHARTS: Final[tuple[tuple[str, tuple[Metric, ...]], ...]] = (
    (
        "Connections",
        (
            CONNECTIONS,
            Metric("load_balancer", "NewConnectionCount", "Sum"),
            Metric("load_balancer", "RejectedConnectionCount", "Sum"),
        ),
    ),
    ("Tasks that answer", (HEALTHY, Metric("target_group", "UnHealthyHostCount", "Maximum"))),
    (
        "Requests and errors",
        (
            Metric("load_balancer", "RequestCount", "Sum"),
            Metric("target_group", "HTTPCode_Target_4XX_Count", "Sum"),
            Metric("target_group", "HTTPCode_Target_5XX_Count", "Sum"),
            Metric("load_balancer", "HTTPCode_ELB_5XX_Count", "Sum"),
        ),
    ),
    (
        "CPU and memory of tasks, %",
        (Metric("service", "CPUUtilization", "Average"), Metric("service", "MemoryUtilization", "Maximum")),
    ),
    (
        "Bytes, and capacity units of the load balancer",
        (
            Metric("load_balancer", "ProcessedBytes", "Sum"),
            Metric("load_balancer", "ConsumedLCUs", "Sum"),
        ),
    ),
    ("Tasks that stopped by themselves", (Metric("stops", "IncomingLogEvents", "Sum"),)),
    (
        "Redis: CPU and memory, %",
        (
            Metric("redis", "EngineCPUUtilization", "Average"),
            Metric("redis", "DatabaseMemoryUsagePercentage", "Maximum"),
        ),
    ),
    (
        "Redis: commands and bytes",
        (
            Metric("redis", "EvalBasedCmds", "Sum"),
            Metric("redis", "NetworkBytesIn", "Sum"),
            Metric("redis", "NetworkBytesOut", "Sum"),
        ),
    ),
    (
        "Redis: clients, evictions, lag of the replica",
        (
            Metric("redis", "CurrConnections", "Maximum"),
            Metric("redis", "Evictions", "Sum"),
            Metric("redis", "ReplicationLag", "Maximum"),
        ),
    ),
)


def dashboard(settings: AwsSettings) -> dict[str, object]:
    """Widgets take the next place that is free, from left to right."""
    widgets: list[object] = [
        {
            "type": "alarm",
            "width": _WIDTH * _COLUMNS,
            "height": 3,
            "properties": {
                "title": "Alarms",
                "alarms": [f"${{Alarm{alarm.name}}}" for alarm in alarms(settings)],
            },
        }
    ]
    logged = tuple(Metric("logs", one.name, "Sum") for one in log_metrics(settings))
    for title, metrics in (*_CHARTS, ("What the tasks log", logged)):
        widgets.append(
            {
                "type": "metric",
                "width": _WIDTH,
                "properties": {
                    "title": title,
                    "region": "${Region}",
                    "period": 60,
                    **_series(metrics, settings),
                },
            }
        )
    return {"widgets": widgets}


def _series(metrics: tuple[Metric, ...], settings: AwsSettings) -> dict[str, object]:
    """Each once, or for each node of Redis, as CloudWatch may have it in short: the statistic stands once where all
    have the same, and a dot for a word that the line before has in the same place."""
    statistics = {metric.statistic for metric in metrics}
    before: list[str] = []
    short: list[list[object]] = []
    for metric in metrics:
        for named in dimensions(metric, settings):
            words = [NAMESPACES[metric.place], metric.name, *(part for pair in named for part in pair)]
            line: list[object] = ["." if before[at : at + 1] == [word] else word for at, word in enumerate(words)]
            short.append(line if len(statistics) == 1 else [*line, {"stat": metric.statistic}])
            before = words
    return {**({"stat": metrics[0].statistic} if len(statistics) == 1 else {}), "metrics": short}


def dimensions(metric: Metric, settings: AwsSettings) -> list[list[tuple[str, str]]]:
    """(name, value) of each series of a metric."""
    if metric.place == "redis":
        return [[("CacheClusterId", f"${{RedisNode{number}}}")] for number in range(1, settings.redis.nodes + 1)]
    return [[(name, f"${{{value}}}") for name, value in DIMENSIONS[metric.place].items()]]
