"""CloudFormation's intrinsic functions, resolved for a run on one machine.

Names of other resources become values that are valid there: a table's name, an ARN with account 123456789012.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from migrator.scan.physical import Names
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

NO_VALUE: Final = None
DEEPEST: Final = 40
"""Nested references followed before a value counts as unresolved; templates that end stay far below."""

PLACEHOLDER: Final = re.compile(r"\$\{(!?)([^}]*)\}")
"""Of `Fn::Sub`; with an exclamation mark it stands for itself, without the mark."""

_DYNAMIC: Final = re.compile(r"\{\{resolve:(ssm-secure|ssm|secretsmanager):([^:}]+)[^}]*\}\}")
_SOURCES: Final = {"ssm": "SSM parameter", "ssm-secure": "SSM parameter", "secretsmanager": "the secret"}


@dataclass(frozen=True)
class Unresolved:
    """A value that only a deployment knows, and why."""

    reason: str


class Resolver:
    """Resolves the values of one template. `resources` are the template's, by logical id."""

    def __init__(self, template: Map, names: Names) -> None:
        self.parameters = as_map(template.get("Parameters"))
        self.mappings = as_map(template.get("Mappings"))
        self.conditions = as_map(template.get("Conditions"))
        self.resources = as_map(template.get("Resources"))
        self.names = names
        self.depth = 0

    def resolve(self, value: object) -> object:
        """Text, numbers, lists and Maps without intrinsics, or Unresolved. A list or Map with an unresolved
        element keeps the others."""
        if self.depth > DEEPEST:
            return Unresolved("refers to itself")
        self.depth += 1
        try:
            return self._resolve(value)
        finally:
            self.depth -= 1

    def text(self, value: object) -> str | Unresolved:
        resolved = self.resolve(value)
        if isinstance(resolved, Unresolved):
            return resolved
        text = as_text(resolved)
        return Unresolved("isn't a single value") if text is None else text

    def text_or(self, value: object, default: str) -> str:
        resolved = self.text(value) if value is not None else default
        return default if isinstance(resolved, Unresolved) else resolved

    def condition(self, value: object) -> bool:
        """A condition with the parameters' defaults; one that can't be decided counts as true."""
        if isinstance(value, str):
            return self.condition(self.conditions.get(value)) if self._deeper() else True
        name, argument = intrinsic(value) or ("", None)
        operands = as_list(argument)
        if name == "Fn::Equals" and len(operands) == 2:
            left, right = self.resolve(operands[0]), self.resolve(operands[1])
            return isinstance(left, Unresolved) or isinstance(right, Unresolved) or as_text(left) == as_text(right)
        if name == "Fn::Not":
            return not all(self.condition(operand) for operand in operands)
        if name == "Fn::Or":
            return any(self.condition(operand) for operand in operands)
        if name == "Fn::And":
            return all(self.condition(operand) for operand in operands)
        return self.condition(argument) if name == "Condition" and isinstance(argument, str) else True

    def _deeper(self) -> bool:
        return self.depth <= DEEPEST

    def _resolve(self, value: object) -> object:
        if isinstance(value, str):
            return _dynamic(value)
        if isinstance(value, list):
            resolved = [self.resolve(element) for element in value]
            return [element for element in resolved if element is not NO_VALUE]
        if not isinstance(value, Map):
            return value
        call = intrinsic(value)
        if call is None:
            return value.like((key, self.resolve(element)) for key, element in value.items())
        rule = self._rules().get(call[0])
        return rule(call[1]) if rule else Unresolved(f"{call[0]} is decided at deployment")

    def _rules(self) -> dict[str, Callable[[object], object]]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": lambda name: Unresolved(
                f"is exported by another stack ({as_text(name) or 'computed name'})"
            ),
        }

    def _ref(self, argument: object) -> object:
        name = as_text(argument) or ""
        if name in self.parameters:
            return self._parameter(name)
        if name == "AWS::NoValue":
            return NO_VALUE
        known = self.names.pseudo(name)
        if known is not None:
            return known
        resource = self.resources.get(name)
        return self.names.ref(name, as_map(resource), self) if resource is not None else self.names.implied_ref(name)

    def _parameter(self, name: str) -> object:
        parameter = as_map(self.parameters[name])
        default = parameter.get("Default")
        if "SSM::Parameter" in (as_text(parameter.get("Type")) or ""):
            return Unresolved(f"comes from SSM parameter {as_text(default) or 'given at deployment'}")
        return (
            default
            if default is not None
            else Unresolved(f"parameter {name} has no default; it is given at deployment")
        )

    def _get_att(self, argument: object) -> object:
        parts = (
            argument.split(".", 1) if isinstance(argument, str) else [as_text(part) or "" for part in as_list(argument)]
        )
        if len(parts) < 2:
            return Unresolved("a Fn::GetAtt without an attribute")
        return self.names.attribute(parts[0], ".".join(parts[1:]), as_map(self.resources.get(parts[0])), self)

    def _sub(self, argument: object) -> object:
        template, own = (argument, Map("")) if isinstance(argument, str) else sub_parts(argument)
        if template is None:
            return Unresolved("a Fn::Sub that isn't text")
        missing: list[Unresolved] = []

        def replace(match: re.Match[str]) -> str:
            literal, name = match.group(1), match.group(2).strip()
            if literal:
                return "${" + match.group(2) + "}"
            value = self.resolve(own[name]) if name in own else self._get_att(name) if "." in name else self._ref(name)
            text = as_text(value)
            if text is None:
                missing.append(value if isinstance(value, Unresolved) else Unresolved(f"{name} isn't a single value"))
            return text or ""

        text = PLACEHOLDER.sub(replace, template)
        return missing[0] if missing else _dynamic(text)

    def _join(self, argument: object) -> object:
        parts = as_list(argument)
        if len(parts) != 2:
            return Unresolved("a Fn::Join without a list")
        elements = self.resolve(parts[1])
        for element in as_list(elements):
            if isinstance(element, Unresolved):
                return element
        return (as_text(parts[0]) or "").join(as_text(element) or "" for element in as_list(elements))

    def _select(self, argument: object) -> object:
        parts = as_list(argument)
        if len(parts) != 2:
            return Unresolved("a Fn::Select without a list")
        index, elements = as_text(self.resolve(parts[0])) or "", self.resolve(parts[1])
        if isinstance(elements, list) and index.isdigit() and int(index) < len(elements):
            return elements[int(index)]
        return elements if isinstance(elements, Unresolved) else Unresolved("a Fn::Select outside its list")

    def _split(self, argument: object) -> object:
        parts = as_list(argument)
        text = self.text(parts[1]) if len(parts) == 2 else Unresolved("a Fn::Split without text")
        separator = as_text(parts[0]) if parts else None
        return text if isinstance(text, Unresolved) or not separator else text.split(separator)

    def _if(self, argument: object) -> object:
        parts = as_list(argument)
        if len(parts) != 3:
            return Unresolved("a Fn::If without two branches")
        return self.resolve(parts[1] if self.condition(parts[0]) else parts[2])

    def _find_in_map(self, argument: object) -> object:
        keys = [as_text(self.resolve(part)) for part in as_list(argument)]
        found: object = self.mappings
        for key in keys:
            found = as_map(found).get(key or "")
        return Unresolved(f"the mapping has no entry {'.'.join(str(key) for key in keys)}") if found is None else found


def intrinsic(value: object) -> tuple[str, object] | None:
    """The name and argument of an intrinsic function call, else None."""
    if isinstance(value, Map) and len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in {"Ref", "Condition"} or name.startswith("Fn::"):
            return name, argument
    return None


def references(value: object) -> Iterator[str]:
    """Logical ids (and parameters) that a value names, in the order of the text."""
    if isinstance(value, list):
        for element in value:
            yield from references(element)
        return
    call = intrinsic(value)
    if call is None:
        for element in as_map(value).values():
            yield from references(element)
    elif call[0] == "Ref" and isinstance(call[1], str):
        yield call[1]
    elif call[0] == "Fn::GetAtt":
        yield (call[1].split(".")[0] if isinstance(call[1], str) else as_text((as_list(call[1]) or [""])[0]) or "")
    else:
        if call[0] == "Fn::Sub":
            text = call[1] if isinstance(call[1], str) else sub_parts(call[1])[0] or ""
            yield from (name.split(".")[0].strip() for literal, name in PLACEHOLDER.findall(text) if not literal)
        yield from references(call[1])


def sub_parts(argument: object) -> tuple[str | None, Map]:
    """The text of a `Fn::Sub`, None where it is none, and the values of its own names."""
    parts = as_list(argument)
    return (as_text(parts[0]) if parts else None), as_map(parts[1] if len(parts) > 1 else None)


def _dynamic(text: str) -> object:
    found = _DYNAMIC.search(text)
    return Unresolved(f"comes from {_SOURCES[found.group(1)]} {found.group(2)}") if found else text
