"""What wakes somebody, said once for both notations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from migrator.deploy.aws.log_metrics import GAPS, LATE, LOST, REDIS_AWAY, REFUSED, LogMetric, log_metrics
from migrator.deploy.aws.settings import AwsSettings

Place = Literal["load_balancer", "target_group", "service", "redis", "stops", "logs"]
"""Whose metric it is; each notation knows the dimensions. `redis`: of each node, the worst of which counts. `logs`:
made of what tasks log."""

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
    the template's name, that is the threshold; `threshold` is its default then. `node`: that of Redis alone, from 1
    on."""

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
    node: int = 0

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
    return (*_of_tasks(settings), *_of_redis(settings), *_of_logs(settings))


def _of_tasks(settings: AwsSettings) -> tuple[Alarm, ...]:
    tasks = settings.tasks
    return (
        Alarm(
            "ServiceErrors",
            "The service answers with 5XX: functions fail, Redis is away, or clients are refused",
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
    )


def _of_redis(settings: AwsSettings) -> tuple[Alarm, ...]:
    nodes = range(1, settings.redis.nodes + 1)
    return (
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
        # A node that is lost tells nothing, and the one that is left has no lag.
        *(
            Alarm(
                f"RedisNodeAway{node}",
                f"Node {node} of Redis tells nothing; until it is back, the loss of the other one is an outage",
                Metric("redis", "CurrConnections", "Minimum"),
                1,
                "LessThanThreshold",
                missing="breaching",
                node=node,
            )
            for node in nodes
        ),
    )


def _of_logs(settings: AwsSettings) -> tuple[Alarm, ...]:
    """A task that Redis does not answer says so several times a minute, whether clients come or not."""
    found = {
        REDIS_AWAY: Alarm(
            "RedisAway",
            "Redis does not answer: streams are held; pushes, messages and new clients get 503",
            _logged(REDIS_AWAY),
            3,
            periods=3,
            to_alarm=2,
        ),
        REFUSED: Alarm(
            "ClientsRefused",
            "Clients get 503, since as many are connected as may be: more tasks, and more for all of them together",
            _logged(REFUSED),
            1,
        ),
        LATE: Alarm(
            "LeasesRenewedLate",
            "Tasks stand still for longer than redis.lease_s: too little CPU. Others take their clients over",
            _logged(LATE),
            3,
            period_s=900,
            periods=1,
            to_alarm=1,
        ),
        LOST: Alarm(
            "RedisLostData",
            "Another server answers for Redis, or it began anew: every client is told of a gap",
            _logged(LOST),
            1,
            periods=1,
            to_alarm=1,
        ),
        GAPS: Alarm(
            "ClientsToldOfGaps",
            "Again and again clients are told that they lost messages: they read too slowly, or too little is kept",
            _logged(GAPS),
            10,
            period_s=900,
            periods=1,
            to_alarm=1,
        ),
    }
    return tuple(found[one] for one in log_metrics(settings))


def _logged(metric: LogMetric) -> Metric:
    return Metric("logs", metric.name, "Sum")
