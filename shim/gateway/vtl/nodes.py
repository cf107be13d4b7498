"""The tree of a template. `at` is the offset in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes: a small template."""

    body: Sequence[Node]


@dataclass(frozen=True, slots=True)
class ListOf:
    items: Sequence[Expression]


@dataclass(frozen=True, slots=True)
class MapOf:
    pairs: Sequence[tuple[Expression, Expression]]


@dataclass(frozen=True, slots=True)
class Range:
    at: int
    first: Expression
    last: Expression


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    at: int
    operator: str
    """One of `|| && == != < > <= >= + - * / %`."""
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Property:
    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    at: int
    name: str
    arguments: Sequence[Expression]
    pattern: re.Pattern[str] | None = None
    """The first argument of a method that takes a regular expression."""


@dataclass(frozen=True, slots=True)
class Index:
    at: int
    key: Expression


Step = Property | Call | Index


@dataclass(frozen=True, slots=True)
class Reference:
    """`$name.step…`; `source` is printed when it has no value, unless it is quiet (`$!name`)."""

    at: int
    source: str
    name: str
    steps: Sequence[Step] = ()
    quiet: bool = False
    backslashes: int = 0
    """How many stand before it; an odd number escapes it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`#set`."""

    at: int
    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    branches: Sequence[tuple[Expression, Sequence[Node]]]
    otherwise: Sequence[Node] = ()


@dataclass(frozen=True, slots=True)
class Foreach:
    at: int
    name: str
    items: Expression
    body: Sequence[Node] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` leaves the innermost loop, or the template outside of loops; `stop` leaves the template."""

    kind: Literal["break", "stop"]


Expression = Constant | Interpolated | ListOf | MapOf | Range | Not | Binary | Reference
Node = Text | Reference | Assignment | If | Foreach | Jump
