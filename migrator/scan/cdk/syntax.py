"""What a CDK program can say, the same for Python and TypeScript. Nodes know line and column, 1-based.

Whatever has no node here is `Opaque`: its value is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["function", "method", "static", "class", "getter"]


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    line: int
    column: int


# Expressions


@dataclass(frozen=True, eq=False, slots=True)
class Const(Node):
    value: str | int | float | bool | None


@dataclass(frozen=True, eq=False, slots=True)
class Text(Node):
    """A template string or f-string."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Member(Node):
    value: Node
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Index(Node):
    value: Node
    key: Node


@dataclass(frozen=True, eq=False, slots=True)
class Spread(Node):
    value: Node


@dataclass(frozen=True, eq=False, slots=True)
class Call(Node):
    callee: Node
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str | None, Node], ...] = ()
    """None is `**value`."""
    new: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Record(Node):
    entries: tuple[tuple[Node | None, Node], ...]
    """Keys are expressions; None spreads the value."""


@dataclass(frozen=True, eq=False, slots=True)
class Choice(Node):
    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, eq=False, slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False, slots=True)
class Not(Node):
    value: Node


@dataclass(frozen=True, eq=False, slots=True)
class Comprehension(Node):
    key: Node | None
    """None for a list."""
    element: Node
    target: Node
    iterable: Node
    conditions: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Pattern(Node):
    """A target that takes a record apart: (key, target, default)."""

    entries: tuple[tuple[str, Node, Node | None], ...]
    rest: str | None


@dataclass(frozen=True, eq=False, slots=True)
class Opaque(Node):
    what: str


@dataclass(frozen=True, eq=False, slots=True)
class Parameter:
    target: Node
    """A Name, or what takes the argument apart."""
    default: Node | None = None
    kind: Literal["one", "rest", "keywords", "keyword"] = "one"
    is_field: bool = False
    """TypeScript: `constructor(private readonly table: Table)`."""


@dataclass(frozen=True, eq=False, slots=True)
class FunctionNode(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Node, ...]
    kind: Kind = "function"


# Statements


@dataclass(frozen=True, eq=False, slots=True)
class Data(Node):
    """A JSON file: its value is the module's default, its keys are its names."""

    value: object


@dataclass(frozen=True, eq=False, slots=True)
class Assign(Node):
    target: Node
    value: Node


@dataclass(frozen=True, eq=False, slots=True)
class If(Node):
    test: Node
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class For(Node):
    target: Node
    iterable: Node
    body: tuple[Node, ...]
    keys: bool = False
    """True for JavaScript's `for … in`, which goes over the keys."""


@dataclass(frozen=True, eq=False, slots=True)
class Return(Node):
    value: Node | None


@dataclass(frozen=True, eq=False, slots=True)
class Raise(Node):
    pass


@dataclass(frozen=True, eq=False, slots=True)
class Jump(Node):
    """`continue` or `break`."""

    leaves: bool


@dataclass(frozen=True, eq=False, slots=True)
class Class(Node):
    name: str
    bases: tuple[Node, ...]
    methods: tuple[FunctionNode, ...]
    fields: tuple[Assign, ...]
    """Of each instance (TypeScript), in the order of the text."""
    shared: tuple[Node, ...]
    """Statements that make the class's own attributes."""
    is_record: bool = False
    """A Python dataclass: its annotated attributes are its parameters."""
    annotated: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Import(Node):
    module: str
    level: int
    """Dots of a relative Python import; 0 for any other."""
    names: tuple[tuple[str, str], ...]
    """(name in the module, local name); '*' as name is the module itself, '*' as local name is everything."""


@dataclass(frozen=True, eq=False)
class Source:
    """One file of a program."""

    path: str
    language: Literal["python", "script"]
    body: tuple[Node, ...]
    imports: tuple[Import, ...] = field(default=())
    """Every import anywhere in the file."""
