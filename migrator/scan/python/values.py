"""Where a value comes from: an origin, and the steps from it. '*' is any element, '.x' an attribute, 'x' a key."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

from migrator.scan.python.model import Class, Function, Module, Scope

JSON = "<json>"
"""The step of parsing JSON text."""

CONVERTED = "<converted>"
"""The step to a value of another type, such as str() of it. Only an exact Tracer notes it, and only of an Event."""

DUMPED = "<dumped>"
"""The step to JSON text, which JSON takes back. Noted as CONVERTED is."""

ITEMS = "<items>"
"""The step to (key, value) pairs of a mapping, and to (number, element) pairs of enumerate."""


@dataclass(frozen=True)
class Event:
    """The event that a handler is called with."""

    handler: Function


@dataclass(frozen=True)
class Parameter:
    """A parameter whose callers are not known."""

    function: Function
    name: str


@dataclass(frozen=True)
class Constant:
    value: str | int | float | bool | None


@dataclass(frozen=True)
class Environment:
    name: str


@dataclass(frozen=True)
class FunctionRef:
    function: Function
    labels: frozenset[str] = frozenset()
    """The keys under which a table of functions holds it; empty when it was reached by name."""


@dataclass(frozen=True)
class ClassRef:
    cls: Class


@dataclass(frozen=True)
class Instance:
    cls: Class


@dataclass(frozen=True)
class ModuleRef:
    module: Module


@dataclass(frozen=True)
class External:
    """Something that is imported from outside the application, such as boto3.client."""

    name: str


@dataclass(frozen=True)
class AwsClient:
    """What boto3.client or boto3.resource gave."""

    service: str
    resource: bool
    node: ast.Call
    scope: Scope


@dataclass(frozen=True)
class Called:
    """The result of a call that leaves the application: `method` of the receivers, or a function by its name."""

    node: ast.Call
    scope: Scope
    method: str
    receiver: Origin | None = None


@dataclass(frozen=True)
class Container:
    """A list, dict, set, comprehension or generator of the code."""

    node: ast.AST
    scope: Scope


@dataclass(frozen=True)
class Text:
    """Text put together from pieces."""

    node: ast.expr
    scope: Scope


@dataclass(frozen=True)
class Unknown:
    text: str


Origin: TypeAlias = (
    Event | Parameter | Constant | Environment | FunctionRef | ClassRef | Instance | ModuleRef | External | AwsClient
    | Called | Container | Text | Unknown
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    origin: Origin
    path: tuple[str, ...] = ()

    def then(self, *steps: str) -> Value:
        return Value(self.origin, (*self.path, *steps))


Values: TypeAlias = frozenset[Value]
NOTHING: Values = frozenset()


def constants(values: Values) -> frozenset[str]:
    """The texts among the values."""
    return frozenset(
        value.origin.value
        for value in values
        if isinstance(value.origin, Constant) and isinstance(value.origin.value, str) and not value.path
    )
