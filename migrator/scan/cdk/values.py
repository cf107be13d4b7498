"""What the names of a CDK program stand for. Text, numbers, None, lists and dicts are Python's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from migrator.inventory.record import Location
from migrator.scan.cdk import syntax as s

LONGEST: Final = 100_000
"""Characters, and parts that are not known, of one text."""
_SNAKE: Final = re.compile(r"_+([a-z0-9])")


@dataclass(eq=False)
class Unknown:
    """A value that is not followed, and why."""

    reason: str


@dataclass(frozen=True)
class External:
    """A name of a library, in one form for both languages: 'aws_lambda.Runtime.PYTHON_3_11', 'os.path.join'."""

    name: str

    def member(self, name: str) -> External:
        own = name if name.startswith("aws_") or not name.islower() else camel(name)
        if self.name == "core" and own.startswith("aws_"):
            return External(plain_module(own))
        return External(f"{self.name}.{own}" if self.name else own)


@dataclass(eq=False)
class Made:
    """What a class or function of a library returned: a construct, a bundle of properties, or anything else."""

    name: str
    """'aws_lambda.Function'; for a method 'aws_lambda.Function.addAlias'."""
    arguments: list[object]
    properties: dict[str, object]
    location: Location
    scope: Made | Instance | None = None
    id: str | None = None
    """The construct's id; None for what isn't a construct."""
    receiver: Made | None = None
    folder: str = "/"
    """Folder of the file that made it."""
    calls: list[Made] = field(default_factory=list)
    assigned: dict[str, object] = field(default_factory=dict)

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]

    def given(self, position: int, name: str) -> object:
        """An argument by position or name; None when it isn't given."""
        if name in self.properties:
            return self.properties[name]
        return self.arguments[position] if position < len(self.arguments) else None


@dataclass(frozen=True, eq=False)
class Token:
    """An attribute of a construct, known at deployment: `table.tableName`."""

    of: Made
    attribute: str


@dataclass(frozen=True, eq=False)
class Joined:
    """Text with parts that only the deployment knows."""

    parts: tuple[object, ...]


@dataclass(frozen=True)
class PathText:
    """A pathlib.Path. Absolute paths begin at the application's folder."""

    text: str


@dataclass(eq=False)
class Scope:
    names: dict[str, object]
    parent: Scope | None
    module: Module

    def find(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


@dataclass(eq=False)
class Module:
    source: s.Source
    names: dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def folder(self) -> str:
        """With '/' for the application's folder."""
        return "/" + self.path.rpartition("/")[0]


@dataclass(eq=False)
class Closure:
    node: s.FunctionNode
    scope: Scope
    receiver: object = None
    """`this` or `self`."""
    owner: ClassValue | None = None


@dataclass(eq=False)
class ClassValue:
    node: s.Class
    scope: Scope
    bases: list[object]
    names: dict[str, object] = field(default_factory=dict)

    def order(self) -> list[object]:
        """The class, its bases and theirs, each once, nearest first."""
        found: list[object] = [self]
        for base in self.bases:
            inherited = base.order() if isinstance(base, ClassValue) else [base]
            found.extend(item for item in inherited if item not in found)
        return found


@dataclass(eq=False)
class Instance:
    of: ClassValue
    location: Location
    names: dict[str, object] = field(default_factory=dict)
    base: Made | None = None
    """The library's construct that it extends, once it is made."""


@dataclass(frozen=True, eq=False)
class Super:
    instance: object
    owner: ClassValue


@dataclass(frozen=True, eq=False)
class Method:
    """A method of a value that isn't written in the program: `table.grantReadData`, `names.append`."""

    value: object
    name: str


Callee: TypeAlias = Closure | ClassValue | External | Method | Super


def camel(name: str) -> str:
    return _SNAKE.sub(lambda match: match.group(1).upper(), name) if name.strip("_").islower() else name


def plain_module(name: str) -> str:
    return name.removesuffix("_alpha")


def construct(value: object) -> Made | None:
    """The library's object behind a value."""
    if isinstance(value, Instance):
        return value.base
    return value if isinstance(value, Made) else None


def options(value: object) -> dict[str, object]:
    """The properties of a record or of a bundle such as `WebSocketRouteOptions(…)`; empty for anything else."""
    if isinstance(value, Made):
        return value.properties
    return value if isinstance(value, dict) else {}


def joined(parts: Iterable[object]) -> object:
    """Text where all parts are known, else Joined; neighbouring texts become one. Unknown when it is too long."""
    merged: list[object] = []
    length = 0
    for part in parts:
        pieces = part.parts if isinstance(part, Joined) else (part,)
        for piece in pieces:
            text = as_string(piece)
            length += len(text or " ")
            if length > LONGEST:
                return Unknown("text is too long to follow")
            if text is not None and merged and isinstance(merged[-1], str):
                merged[-1] += text
            else:
                merged.append(piece if text is None else text)
    if not merged:
        return ""
    return merged[0] if len(merged) == 1 and isinstance(merged[0], str) else Joined(tuple(merged))


def as_string(value: object) -> str | None:
    """As both languages print it; None for what isn't plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return value.text if isinstance(value, PathText) else None


def decided(value: object) -> bool | None:
    """Whether a value counts as true; None when that is not known."""
    if value is None:
        return False
    if isinstance(value, Unknown | Joined | Token | External) or (isinstance(value, Made) and value.id is None):
        return None
    if isinstance(value, str | int | float | list | dict):
        return bool(value)
    return True
