"""What both notations say of one deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from migrator.deploy.aws.access import access_string, prefix_of
from migrator.deploy.aws.alarms import Alarm, alarms
from migrator.deploy.aws.dashboard import dashboard
from migrator.deploy.aws.fargate import MEMORY_MB
from migrator.deploy.aws.inputs import Input, Inputs, Variable, container_variables
from migrator.deploy.aws.log_metrics import LogMetric, log_metrics
from migrator.deploy.aws.role import Role, role_of
from migrator.deploy.aws.settings import LONGEST_STOP_S, AwsSettings, settings_of
from migrator.deploy.aws.texts import Texts
from migrator.deploy.container import is_ready
from migrator.deploy.deployment import PORT, Deployment

OWN: Final[Mapping[str, str]] = {
    "name": "What everything is called; two deployments in one account need two",
    "image_uri": "The image, by its digest or a tag that never moves",
    "image_repository_arn": "ARN of the ECR repository that the image is in",
    "architecture": "What the image was built for",
    "vpc_id": "The network",
    "public_subnet_ids": "For the load balancer, in two availability zones at least",
    "service_subnet_ids": "For tasks and Redis, in two availability zones at least; with a way to the internet, or "
    "with endpoints of ECR, S3, CloudWatch Logs, Secrets Manager and what the functions call",
    "assign_public_ip": "Whether tasks have public addresses, as they need in public subnets",
    "further_security_group_ids": "Up to four security groups that tasks have beside their own, which lets them reach "
    "port 443 and this Redis alone; such as those of the functions in a network, with a way to the database",
    "certificate_arn": "The certificate of the domain name, in this region",
    "domain_name": "Where clients find the service, such as chat.example.com",
    "task_cpu": "Of a task, in units of 1/1024 vCPU; a process uses one vCPU at most",
    "task_memory": "Of a task, in MB; Fargate has some with each CPU",
    "least_tasks": "Tasks that run at least; with fewer than two the loss of one is an outage",
    "most_tasks": "Tasks that run at most; how many connections all of them together take is set apart",
    "connections_per_task": "Connections of the load balancer for each task at which one more starts; a stream counts "
    "as two, that of an HTTP/1.1 client that sends as three",
    "redis_node_type": "Of each node of Redis",
    "alarm_topic_arn": "An SNS topic that is told of alarms; empty, nobody is",
    "access_logs_bucket": "A bucket whose policy lets the load balancer write; empty, there are no access logs",
}
"""Inputs that the kits have for every application, and what they are."""

REQUIRED: Final = (
    "image_uri", "image_repository_arn", "vpc_id", "public_subnet_ids", "service_subnet_ids", "certificate_arn",
)  # fmt: skip
"""Those of them that nobody else can know."""


def usual(settings: AwsSettings) -> dict[str, str]:
    """Those that most want to set at some time, with their defaults."""
    tasks = settings.tasks
    return {
        "task_cpu": str(tasks.cpu),
        "task_memory": str(tasks.memory_mb),
        "least_tasks": str(tasks.least),
        "most_tasks": str(tasks.most),
        "connections_per_task": str(tasks.connections),
        "redis_node_type": settings.redis.node_type,
        "further_security_group_ids": "",
        "alarm_topic_arn": "",
        "access_logs_bucket": "",
    }


@dataclass(frozen=True)
class Plan:
    """`texts`: what the role names of the application's own deployment; `inputs` have been asked for all of it."""

    settings: AwsSettings
    migrated: bool
    inputs: Inputs
    variables: tuple[Variable, ...]
    role: Role
    texts: Texts
    log_metrics: tuple[LogMetric, ...]
    alarms: tuple[Alarm, ...]
    dashboard: dict[str, object]
    access: str
    health: list[str]
    context: dict[str, object]
    """For the templates."""

    @property
    def asked(self) -> list[Input]:
        """What has to be given, or may be, and stands in no file."""
        needed = [*REQUIRED, *(["domain_name"] if self.migrated else [])]
        defaults: dict[str, str | None] = {**dict.fromkeys(needed), **usual(self.settings)}
        return [*(_own(name, default) for name, default in defaults.items()), *self.inputs.all]

    def names(self, written: Callable[[Input], str]) -> dict[str, str]:
        """Name of an input, with `_` between words -> how a notation writes it."""
        return {given.snake: written(given) for given in (*map(_own, OWN), *self.inputs.all)}


def _own(name: str, default: str | None = None) -> Input:
    return Input(tuple(name.split("_")), OWN[name], default)


def plan(deployment: Deployment) -> Plan:
    settings, prefix = settings_of(deployment), prefix_of(deployment)
    inputs = Inputs(OWN)
    texts = Texts(inputs)
    variables = container_variables(deployment, inputs, settings.tasks.streams)
    role, watched = role_of(deployment), alarms(settings)
    for text in role.texts:
        texts.parts(text)
    return Plan(
        settings=settings,
        migrated=deployment.served == "migrated",
        inputs=inputs,
        variables=tuple(variables),
        role=role,
        texts=texts,
        log_metrics=log_metrics(settings),
        alarms=watched,
        dashboard=dashboard(settings),
        access=access_string(prefix),
        health=["CMD", *is_ready(deployment.liveness_path)],
        context={
            "deployment": deployment,
            "port": PORT,
            "load_balancer": settings.load_balancer,
            "tasks": settings.tasks,
            "redis": settings.redis,
            "prefix": prefix,
            "own": OWN,
            "fargate": MEMORY_MB,
            "notes": (*role.notes, *_of_times(deployment)),
            "wide": role.wide,
            "limited": any(given.number for given in inputs.all),
            "alarm_names": ", ".join(alarm.name for alarm in watched),
        },
    )


def _of_times(deployment: Deployment) -> tuple[str, ...]:
    if deployment.timing.stop_s <= LONGEST_STOP_S:
        return ()
    longest = f"a node takes up to {deployment.timing.stop_s} s to end, and Fargate waits {LONGEST_STOP_S} s at most"
    return (f"{longest}: drain_s and streams.ending_s have to be shorter",)
