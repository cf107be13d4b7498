"""The service as a Terraform module."""

from __future__ import annotations

import re
from typing import Final

from migrator.deploy.aws.alarms import Alarm
from migrator.deploy.aws.fargate import MEMORY_MB
from migrator.deploy.aws.hcl import aligned, quoted, written
from migrator.deploy.aws.inputs import Input, Variable
from migrator.deploy.aws.plan import Plan, plan
from migrator.deploy.aws.queries import Query, queries
from migrator.deploy.aws.texts import Part, Pseudo, Texts, statement_document
from migrator.deploy.deployment import Deployment
from templates import render
from templates.text import visible

_FILES: Final = (
    "versions", "variables", "network", "load_balancer", "redis", "roles", "service", "scaling", "watching", "outputs",
)  # fmt: skip
_PLACES: Final = {
    "Name": "var.name",
    "Region": "data.aws_region.current.region",
    "LoadBalancer": "aws_lb.service.arn_suffix",
    "TargetGroup": "aws_lb_target_group.service.arn_suffix",
    "Cluster": "aws_ecs_cluster.service.name",
    "Service": "aws_ecs_service.service.name",
    "StopLogGroup": "aws_cloudwatch_log_group.stops.name",
}
_PSEUDO: Final = {
    "AWS::AccountId": "data.aws_caller_identity.current.account_id",
    "AWS::Partition": "data.aws_partition.current.partition",
    "AWS::Region": "data.aws_region.current.region",
    "AWS::URLSuffix": "data.aws_partition.current.dns_suffix",
}
_PLACEHOLDER: Final = re.compile(r"\$\$\{(\w+)\}")
_NODE: Final = re.compile(r"RedisNode(\d)")
LONGEST_NAME: Final = 20
"""Of what everything is called, so that a word can be added to it: a load balancer's name has 32 characters."""


def files(deployment: Deployment) -> dict[str, str]:
    planned = plan(deployment)
    texts = planned.texts
    role = planned.role
    context = {
        **planned.context,
        "short_name": deployment.name[:LONGEST_NAME].rstrip("-"),
        "access": quoted(planned.access),
        "health": written(planned.health),
        "role": {
            "boundary": _text(role.boundary, texts) if role.boundary else None,
            "managed": [_text(arn, texts) for arn in role.managed],
            "statements": [
                {
                    "origin": visible(str(statement.location)),
                    "text": written(statement_document(statement), lambda text: _text(text, texts), 6),
                }
                for statement in role.statements
            ],
        },
        "variables": [_plain(variable) for variable in planned.variables if not variable.secret],
        "secrets": [_secret(variable) for variable in planned.variables if variable.secret],
        "log_filters": [(_snake(metric.name), metric) for metric in planned.log_metrics],
        "alarms": [_alarm(alarm, planned) for alarm in planned.alarms],
        "dashboard": written(planned.dashboard, _placed, 2),
        "parameters": [_parameter(given) for given in planned.inputs.all],
        "pairs": written({str(cpu): list(memory) for cpu, memory in MEMORY_MB.items()}, indent=2),
    }
    asked = [{"name": given.snake, "meaning": given.meaning, "optional": given.optional} for given in planned.asked]
    example = aligned([(given.snake, _example(given)) for given in planned.asked if not given.optional])
    module = {
        "module_name": deployment.name.replace("-", "_"),
        "asked": asked,
        "example": example,
        "names": planned.names(lambda given: given.snake),
    }
    made = {f"{name}.tf": render(f"deploy/terraform/{name}.tf.j2", **context) for name in _FILES}
    return made | {"README.md": render("deploy/terraform/README.md.j2", **planned.context, **module)}


def _example(given: Input) -> str:
    return '["…", "…"]' if given.name[-1] == "ids" else '"…"'


def _text(text: str, texts: Texts) -> str:
    parts = texts.parts(text)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _reference(parts[0])
    return f'"{"".join(quoted(part)[1:-1] if isinstance(part, str) else f"${{{_reference(part)}}}" for part in parts)}"'


def _reference(part: Part) -> str:
    return f"var.{part.snake}" if isinstance(part, Input) else _PSEUDO[part.name] if isinstance(part, Pseudo) else part


def _placed(text: str) -> str:
    """A text whose placeholders are of this module."""
    found = _PLACEHOLDER.fullmatch(quoted(text)[1:-1])
    if found is not None and "${" not in _place(found.group(1)):
        return _place(found.group(1))

    def named(match: re.Match[str]) -> str:
        place = _place(match.group(1))
        return place.strip('"') if "${" in place else f"${{{place}}}"

    return quoted(text, lambda escaped: _PLACEHOLDER.sub(named, escaped))


def _place(name: str) -> str:
    if name.startswith("Alarm"):
        return f"aws_cloudwatch_metric_alarm.{_snake(name.removeprefix('Alarm'))}.arn"
    node = _NODE.fullmatch(name)
    if node is not None:
        return f'"${{aws_elasticache_replication_group.redis.id}}-{int(node.group(1)):03}"'
    return _PLACES[name]


def _parameter(given: Input) -> dict[str, object]:
    return {
        "name": given.snake,
        "meaning": quoted(visible(f"{given.meaning}.")),
        "optional": given.optional,
        "number": given.number,
        "default": given.default if given.number else quoted(given.default or ""),
    }


def _plain(variable: Variable) -> dict[str, str]:
    given = variable.given
    value = quoted(variable.value or "") if given is None else f"var.{given.snake}"
    return {"name": variable.name, "value": f"tostring({value})" if given is not None and given.number else value}


def _secret(variable: Variable) -> dict[str, str]:
    assert variable.given is not None
    return {"variable": variable.name, "parameter": variable.given.snake}


def _alarm(alarm: Alarm, planned: Plan) -> dict[str, object]:
    return {
        "name": _snake(alarm.name),
        "title": _snake(alarm.name).replace("_", "-"),
        "meaning": quoted(alarm.meaning),
        **alarm.words(),
        "follows": _snake(alarm.follows),
        "queries": [_query(query) for query in queries(alarm, planned.settings)],
    }


def _query(query: Query) -> dict[str, object]:
    return {
        **query.words(),
        "namespace": _placed(query.namespace),
        "dimensions": aligned([(name, _placed(value)) for name, value in query.dimensions]),
    }


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
