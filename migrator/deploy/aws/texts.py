"""Texts in the notation of `Fn::Sub`: what only the application's own deployment knows, whoever deploys gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from migrator.deploy.aws.inputs import Input, Inputs
from migrator.inventory.permissions import PolicyStatement
from migrator.scan.intrinsics import PLACEHOLDER

_MOST_WORDS: Final = 6
PSEUDO: Final = frozenset({"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"})
"""What any stack and any module knows by itself. AWS::StackName would be another one's here.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""


@dataclass(frozen=True, slots=True)
class Pseudo:
    name: str


Part = str | Pseudo | Input


@dataclass
class Texts:
    """`inputs`: where a new name is asked for, once."""

    inputs: Inputs
    asked: dict[str, Input] = field(default_factory=dict)

    def parts(self, text: str) -> tuple[Part, ...]:
        found: list[Part] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            found.append(text[end : match.start()])
            found.append("${" + match.group(2) + "}" if match.group(1) else self._named(match.group(2)))
            end = match.end()
        return _joined([*found, text[end:]])

    def _named(self, name: str) -> Pseudo | Input:
        if name in PSEUDO:
            return Pseudo(name)
        if name not in self.asked:
            self.asked[name] = self.inputs.ask(_words(name), f"{name} of the application's own infrastructure")
        return self.asked[name]


def _words(name: str) -> str:
    """The last two words of a Terraform address, such as `table.arn`, or the whole of a short name."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", name) if part]
    return " ".join(parts if len(parts) <= _MOST_WORDS else parts[-_MOST_WORDS:])


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Without empty texts, and with neighbours as one."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def statement_document(statement: PolicyStatement) -> dict[str, object]:
    """With IAM's own names, in their order; what is empty is left out."""
    said: dict[str, object] = {"Effect": statement.effect}
    elements = {
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
    }
    said |= {name: list(values) for name, values in elements.items() if values}
    if statement.conditions:
        said["Condition"] = {
            operator: {key: list(values) for key, values in keys.items()}
            for operator, keys in statement.conditions.items()
        }
    return said
