"""The service as one CloudFormation template."""

from __future__ import annotations

import json
import re
from typing import Final

from migrator.deploy.aws.alarms import Alarm
from migrator.deploy.aws.inputs import Input, Variable
from migrator.deploy.aws.plan import Plan, plan
from migrator.deploy.aws.queries import Query, queries
from migrator.deploy.aws.role import Role
from migrator.deploy.aws.texts import Part, Pseudo, Texts, statement_document
from migrator.deploy.deployment import Deployment
from templates import render
from templates.text import visible

TEMPLATE: Final = "service.template.yaml"
_PLACES: Final = {
    "Name": "AWS::StackName",
    "Region": "AWS::Region",
    "LoadBalancer": "LoadBalancer.LoadBalancerFullName",
    "TargetGroup": "TargetGroup.TargetGroupFullName",
    "Service": "Service.Name",
}
_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
_NODE: Final = re.compile(r"RedisNode(\d)")


def files(deployment: Deployment) -> dict[str, str]:
    planned = plan(deployment)
    context = {
        **planned.context,
        "access": json.dumps(planned.access),
        "health": json.dumps(planned.health),
        "role": _role(planned.role, planned.texts),
        "variables": [_plain(variable) for variable in planned.variables if not variable.secret],
        "secrets": [_secret(variable) for variable in planned.variables if variable.secret],
        "log_metrics": planned.log_metrics,
        "alarms": [_alarm(alarm, planned) for alarm in planned.alarms],
        "dashboard": _substituted(_laid_out(planned.dashboard)),
        "parameters": [_parameter(given) for given in planned.inputs.all],
    }
    asked = [{"name": given.pascal, "meaning": given.meaning, "optional": given.optional} for given in planned.asked]
    values = [{"ParameterKey": given.pascal, "ParameterValue": given.default or ""} for given in planned.asked]
    page = {**planned.context, "asked": asked, "names": planned.names(lambda given: given.pascal)}
    return {
        TEMPLATE: render("deploy/cloudformation/service.template.yaml.j2", **context),
        "parameters.json": json.dumps(values, indent=2) + "\n",
        "README.md": render("deploy/cloudformation/README.md.j2", **page),
    }


def _laid_out(document: dict[str, object]) -> str:
    """JSON with a widget on each line, and no spaces: a template has 51,200 bytes at most without a bucket.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    widgets = document["widgets"]
    assert isinstance(widgets, list)
    lines = (json.dumps(widget, separators=(",", ":")) for widget in widgets)
    return '{"widgets": [\n' + ",\n".join(f"  {line}" for line in lines) + "\n]}"


def _role(role: Role, texts: Texts) -> dict[str, object]:
    return {
        "boundary": _yaml(role.boundary, texts) if role.boundary else None,
        "managed": [_yaml(arn, texts) for arn in role.managed],
        "statements": [
            {"origin": visible(str(statement.location)), "text": _yaml(statement_document(statement), texts)}
            for statement in role.statements
        ],
    }


def _yaml(value: object, texts: Texts) -> str:
    """On one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)}: {_yaml(item, texts)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_yaml(item, texts) for item in value)}]"
    parts = texts.parts(str(value))
    if all(isinstance(part, str) for part in parts):
        return json.dumps("".join(map(str, parts)))
    if len(parts) == 1:
        return f"!Ref {_name(parts[0])}"
    return "!Sub " + json.dumps(
        "".join(part.replace("${", "${!") if isinstance(part, str) else f"${{{_name(part)}}}" for part in parts)
    )


def _name(part: Part) -> str:
    return part.pascal if isinstance(part, Input) else part.name if isinstance(part, Pseudo) else part


def _parameter(given: Input) -> dict[str, object]:
    return {
        "name": given.pascal,
        "default": given.default,
        "meaning": json.dumps(visible(given.meaning)),
        "number": given.number,
        "condition": _condition(given),
    }


def _condition(given: Input) -> str:
    """Whether it is given, where it may be left out."""
    return f"Has{given.pascal}" if given.default == "" else ""


def _plain(variable: Variable) -> dict[str, str]:
    value = json.dumps(variable.value) if variable.given is None else f"!Ref {variable.given.pascal}"
    return {"name": variable.name, "value": value}


def _secret(variable: Variable) -> dict[str, str]:
    assert variable.given is not None
    return {
        "variable": variable.name,
        "parameter": variable.given.pascal,
        "condition": _condition(variable.given),
    }


def _alarm(alarm: Alarm, planned: Plan) -> dict[str, object]:
    return {
        "name": alarm.name,
        "meaning": alarm.meaning,
        **alarm.words(),
        "follows": alarm.follows,
        "queries": [_query(query) for query in queries(alarm, planned.settings)],
    }


def _query(query: Query) -> dict[str, object]:
    return {
        **query.words(),
        "namespace": _value(query.namespace) if query.namespace.startswith("$") else query.namespace,
        "dimensions": [(name, _value(value)) for name, value in query.dimensions],
    }


def _value(text: str) -> str:
    inner = _place(text.removeprefix("${").removesuffix("}"))
    if "${" in inner:
        return f'!Sub "{inner}"'
    return f"!GetAtt {inner}" if "." in inner else f"!Ref {inner}"


def _substituted(text: str) -> str:
    """The placeholders of a document as `Fn::Sub` has them."""

    def named(match: re.Match[str]) -> str:
        inner = _place(match.group(1))
        return inner if "${" in inner else f"${{{inner}}}"

    return _PLACEHOLDER.sub(named, text)


def _place(name: str) -> str:
    if name.startswith("Alarm"):
        return f"{name}.Arn"
    node = _NODE.fullmatch(name)
    return f"${{Redis}}-{int(node.group(1)):03}" if node else _PLACES.get(name, name)
