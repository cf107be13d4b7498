"""The settings of AWS's parts, said once: the CloudFormation template and the Terraform module are made of this."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from migrator.deploy.deployment import Deployment, Served

LONGEST_STOP_S: Final = 120
"""What Fargate waits between SIGTERM and SIGKILL at most.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout"""


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    idle_timeout_s: int = 4000
    """The longest that AWS allows. A stream is one response that goes on, and has a comment every 15 seconds. The
    client keep-alive stays at AWS's 3600 seconds: a connection that is older is closed after its next request, so less
    would close no silent one, and make HTTP/2 clients open another beside the one that has their stream.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout"""

    tls_policy: str = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    algorithm: str = "least_outstanding_requests"
    """An open stream is an outstanding request, so new streams go to the node that has the fewest."""

    health_path: str = "/healthz"
    """Not readiness. ECS kills a task whose target is unhealthy, and tells the load balancer itself of one that is to
    end: a node that waits for Redis shall keep its streams.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html"""

    health_interval_s: int = 10
    health_timeout_s: int = 5
    healthy_checks: int = 2
    unhealthy_checks: int = 3
    deregistration_delay_s: int = 30
    """ECS sends SIGTERM after it. Requests under way are answered until then; streams stay open, and are drained
    afterwards.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html"""


@dataclass(frozen=True, slots=True)
class Tasks:
    cpu: int = 1024
    """Units of 1/1024 vCPU: one process uses one vCPU."""

    memory_mb: int = 2048
    least: int = 2
    most: int = 10
    stop_timeout_s: int = 70
    grace_s: int = 60
    """Seconds in which checks of a new task may fail."""

    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    connections: int = 10_000
    """Connections of the load balancer for each task at which one more is started. A stream counts as two, one to the
    load balancer and one from it; streams of a browser's other tabs count as one each over HTTP/2. So there are between
    5,000 and 10,000 streams, and fewer where clients speak HTTP/1.1, whose messages go over another connection."""

    @property
    def streams(self) -> int:
        """What all tasks together may have open, at least when as many run as may."""
        return self.most * self.connections

    cpu_percent: int = 60
    scale_out_s: int = 60
    scale_in_s: int = 900
    """Each task that goes makes its clients come back; so they go seldom."""

    open_files: int = 65_535
    log_days: int = 30


@dataclass(frozen=True, slots=True)
class Redis:
    engine: str = "valkey"
    version: str = "8.0"
    family: str = "valkey8"
    node_type: str = "cache.t4g.small"
    nodes: int = 2
    port: int = 6379
    eviction: str = "noeviction"
    """What Redis evicts is a connection that is lost."""

    user: str = "service"
    maintenance_window: str = "sun:03:00-sun:04:00"
    """UTC."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    served: Served
    load_balancer: LoadBalancer
    tasks: Tasks
    redis: Redis


def settings_of(deployment: Deployment) -> AwsSettings:
    """Times follow from those of the service."""
    timing = deployment.timing
    return AwsSettings(
        deployment.served,
        LoadBalancer(health_path=deployment.liveness_path, deregistration_delay_s=math.ceil(timing.drain_s)),
        Tasks(stop_timeout_s=min(timing.stop_s, LONGEST_STOP_S)),
        Redis(),
    )
