"""What wakes somebody, said once for both notations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from migrator.deploy.aws.settings import AwsSettings

Place = Literal["load_balancer", "target_group", "service", "redis", "stops"]
"""Whose metric it is; each notation knows the dimensions. `redis`: of each node, the worst of which counts."""

Comparison = Literal["GreaterThanOrEqualToThreshold", "LessThanThreshold"]
NEAR: Final = 0.9
"""Share of what a task holds at which somebody should look: the scaling has not kept up."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`statistic` over `period_s`, under CloudWatch's names."""

    place: Place
    name: str
    statistic: Literal["Sum", "Minimum", "Maximum", "Average"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`per`, so many `times`, divides `metric`. `to_alarm` of `periods` periods have to be over or under the threshold.
    Periods without data are no reason to wake anybody, unless `missing` is `breaching`. `follows`: the parameter, under
    the template's name, that is the threshold; `threshold` is its default then."""

    name: str
    meaning: str
    metric: Metric
    threshold: float
    comparison: Comparison = "GreaterThanOrEqualToThreshold"
    per: Metric | None = None
    times: float = 1
    period_s: int = 60
    periods: int = 5
    to_alarm: int = 3
    missing: Literal["notBreaching", "breaching"] = "notBreaching"
    follows: Literal["", "LeastTasks", "ConnectionsPerTask"] = ""

    def words(self) -> dict[str, object]:
        """What every notation writes alike."""
        return {
            "comparison": self.comparison,
            "threshold": f"{self.threshold:g}",
            "period_s": self.period_s,
            "periods": self.periods,
            "to_alarm": self.to_alarm,
            "missing": self.missing,
        }


CONNECTIONS: Final = Metric("load_balancer", "ActiveConnectionCount", "Sum")
HEALTHY: Final = Metric("target_group", "HealthyHostCount", "Minimum")
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"""


def alarms(settings: AwsSettings) -> tuple[Alarm, ...]:
    """Metrics of ElastiCache: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html"""
    tasks = settings.tasks
    return (
        Alarm(
            "ServiceErrors",
            "The service answers with 5XX: functions fail, or Redis is away",
            Metric("target_group", "HTTPCode_Target_5XX_Count", "Sum"),
            25,
        ),
        Alarm(
            "LoadBalancerErrors",
            "The load balancer answers with 5XX: no task answers it",
            Metric("load_balancer", "HTTPCode_ELB_5XX_Count", "Sum"),
            25,
        ),
        Alarm(
            "UnhealthyTasks",
            "A task does not answer its health check",
            Metric("target_group", "UnHealthyHostCount", "Maximum"),
            1,
        ),
        Alarm(
            "FewTasks",
            "Fewer tasks than there should be at least: the loss of one more is an outage",
            HEALTHY,
            tasks.least,
            "LessThanThreshold",
            missing="breaching",
            follows="LeastTasks",
        ),
        Alarm(
            "TasksStopByThemselves",
            "Tasks crash, can't start, or fail their health checks, again and again: the log group of stops says why",
            Metric("stops", "IncomingLogEvents", "Sum"),
            3,
            period_s=900,
            periods=1,
            to_alarm=1,
        ),
        Alarm(
            "ConnectionsNearLimit",
            "Each task has nearly twice as many connections as it is scaled for: as many run as may",
            CONNECTIONS,
            tasks.connections,
            per=HEALTHY,
            times=2 * NEAR,
            follows="ConnectionsPerTask",
        ),
        Alarm(
            "ServiceCpu",
            "Tasks are short of CPU, and pushes are late",
            Metric("service", "CPUUtilization", "Average"),
            85,
        ),
        Alarm("ServiceMemory", "Tasks are short of memory", Metric("service", "MemoryUtilization", "Maximum"), 85),
        Alarm(
            "RedisMemory",
            "Redis is nearly full; when it is, it refuses pushes and new streams",
            Metric("redis", "DatabaseMemoryUsagePercentage", "Maximum"),
            75,
        ),
        Alarm(
            "RedisEvictions",
            "Redis throws connections away: its policy is not noeviction",
            Metric("redis", "Evictions", "Sum"),
            1,
            to_alarm=1,
        ),
        Alarm(
            "RedisCpu",
            "Redis is short of CPU; its commands run on one core",
            Metric("redis", "EngineCPUUtilization", "Average"),
            75,
        ),
        Alarm(
            "RedisReplicationLag",
            "The replica lacks so many seconds of writes, which a failover would lose",
            Metric("redis", "ReplicationLag", "Maximum"),
            5,
        ),
    )
