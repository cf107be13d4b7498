"""IAM policy documents as statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from checklists.json_values import mapping, rows, text, texts
from checklists.referrers import globs

_VARIABLE = re.compile(r"\$\{[^}]*\}")
"""Of a policy, such as ${aws:username}: it can stand for anything.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""


EQUAL_OR_LIKE: Final = frozenset({"arnlike", "arnequals", "stringequals", "stringlike"})
"""Operators of conditions on one value, in small letters."""


@dataclass(frozen=True)
class Statement:
    """One Allow. Conditions other than those asked for are taken as met: a permission too many keeps a thing."""

    number: int
    """0-based, in the document."""
    sid: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[str, ...]
    conditions: dict[str, JsonValue]

    def allows(self, action: str) -> bool:
        """Whether an action, or one that a pattern like 'dynamodb:*Item' means, is allowed on some resource."""
        wanted = action.lower()
        if self.not_actions:
            return not any(globs.matches(one.lower(), wanted) for one in self.not_actions)
        return any(globs.meet(one.lower(), wanted) for one in self.actions)

    def reaches(self, resource: str) -> bool:
        """Whether some ARN that the pattern `resource` means is among its resources."""
        if self.not_resources:
            return not any(globs.matches(one, resource) for one in self.not_resources)
        return any(globs.meet(one, resource) for one in self.resources)

    @property
    def condition_keys(self) -> tuple[tuple[str, str], ...]:
        """(operator, key) of each condition."""
        return tuple((operator, key) for operator, of in self.conditions.items() for key in mapping(of))

    def condition(self, key: str) -> tuple[str, ...]:
        """Values that a condition of equality or likeness wants of a key; empty without one."""
        return tuple(
            value
            for operator, wanted in self.conditions.items()
            if operator.lower().removesuffix("ifexists") in EQUAL_OR_LIKE
            for name, values in mapping(wanted).items()
            if name.lower() == key.lower()
            for value in texts(values)
        )


def document(value: JsonValue | None) -> dict[str, JsonValue]:
    """A policy document, also where it is still a text; empty when it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return mapping(value)


def statements(value: JsonValue | None) -> Iterator[Statement]:
    """The statements that allow."""
    for number, one in enumerate(rows(document(value).get("Statement"))):
        if text(one.get("Effect")) == "Allow":
            yield Statement(
                number=number,
                sid=text(one.get("Sid")),
                actions=tuple(texts(one.get("Action"))),
                not_actions=tuple(texts(one.get("NotAction"))),
                resources=tuple(_VARIABLE.sub("*", each) for each in texts(one.get("Resource"))),
                not_resources=tuple(texts(one.get("NotResource"))),
                principals=tuple(_principals(one.get("Principal"), one.get("NotPrincipal"))),
                conditions=mapping(one.get("Condition")),
            )


def _principals(value: JsonValue | None, excluded: JsonValue | None) -> Iterator[str]:
    if excluded is not None:
        yield "*"
    if isinstance(value, str):
        yield value
    for names in mapping(value).values():
        yield from texts(names)
