"""The infrastructure files: the new service in, and the WebSocket API out in a later step."""

from migrator.rewrite.infra.infrastructure import Infrastructure, plan_infrastructure
from migrator.rewrite.infra.task import Task

__all__ = ["Infrastructure", "Task", "plan_infrastructure"]
