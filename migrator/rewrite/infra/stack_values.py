"""How needs are written in CloudFormation: in place, or in a nested stack by parameters that the stack above fills."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrator.rewrite.infra.flow import quoted
from migrator.rewrite.infra.needs import Needs, Target, Variable

ADDRESS = '!Sub "https://${SseDomainName}"'
"""Where the service is, in the same template."""

WANTED = "SseServiceWanted"
"""The condition that there is a service."""


def push_variables() -> list[str]:
    """Lines for the environment of a function that pushes from elsewhere; the token stays in Secrets Manager until the
    deployment: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html"""
    reference = "'{{resolve:secretsmanager:${SsePushToken}}}'"
    return [
        f"PUSH_URL: !If [{WANTED}, {ADDRESS}, !Ref AWS::NoValue]",
        f"PUSH_TOKEN: !If [{WANTED}, !Sub {reference}, !Ref AWS::NoValue]",
    ]


@dataclass(frozen=True)
class Parameter:
    name: str
    value: str
    """Its value, as the stack above writes it."""
    secret: bool


@dataclass
class StackValues:
    """`nested`: whether references don't reach what they name, so that parameters have to carry the values."""

    nested: bool
    parameters: list[Parameter] = field(default_factory=list)

    def template_values(self, needs: Needs) -> dict[str, object]:
        """For `infrastructure/resources.yaml.j2`."""
        return {
            "variables": [{"name": v.name, "value": self._variable(v)} for v in needs.variables],
            "permissions": [
                {
                    "effect": quoted(permission.effect),
                    "actions": [quoted(action) for action in permission.actions],
                    "resources": [self._target(target) for target in permission.targets],
                }
                for permission in needs.permissions
            ],
            "managed": [self._target(target) for target in needs.managed_policies],
        }

    def _variable(self, variable: Variable) -> str:
        if variable.value is None:
            return ADDRESS
        if variable.literal or not self.nested:
            return variable.value
        name = "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", variable.name))
        return f"!Ref {self._parameter(variable.value, name, secret=variable.secret)}"

    def _target(self, target: Target) -> str:
        value = target.value
        if not target.literal and self.nested:
            value = f"!Ref {self._parameter(target.value, target.hint, secret=False)}"
        return value if target.form is None else f'!Sub ["{target.form}", {{it: {value}}}]'

    def _parameter(self, value: str, name: str, *, secret: bool) -> str:
        for known in self.parameters:
            if known.value == value:
                return known.name
        taken = {parameter.name for parameter in self.parameters}
        base = name if name and not name.startswith("Sse") and not name[0].isdigit() else f"Value{name}"
        number = 1
        while (candidate := base if number == 1 else f"{base}{number}") in taken:
            number += 1
        self.parameters.append(Parameter(candidate, value, secret))
        return candidate
