"""What an expression can stand for, as far as a place of origin and the keys that lead from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from migrator.scan.node.tree import Node

Kind: TypeAlias = Literal[
    "event",      # the first argument of a handler
    "variable",   # an environment variable; `name`
    "text",       # a string literal; `name`
    "built",      # text put together from parts; `node`
    "object",     # an object literal; `node`
    "array",      # an array literal; `node`
    "operation",  # what an operation on a table gives; `name` is boto3's name of it, `node` the command or the call
    "made",       # `new X(...)` of another package; `name` is X
    "instance",   # an object of a class of the application; `node` is the class
    "function",   # `node`
    "class",      # `node`
    "module",     # all exports of a module of the application; `name` is its path
    "package",    # another package; `name`
    "parameter",  # of a function that nobody calls; `name`
    "environment",
]  # fmt: skip

JSON: Final = "{json}"
"""Step from text to what it says as JSON."""
ELEMENT: Final = "*"
"""Step to any element, or to what a key stands for that is not known."""
MOST_STEPS: Final = 12


@dataclass(frozen=True)
class Origin:
    kind: Kind
    name: str = ""
    node: Node | None = None


@dataclass(frozen=True)
class Value:
    origin: Origin
    path: tuple[str, ...] = ()

    def then(self, step: str) -> Value:
        return self if len(self.path) >= MOST_STEPS else Value(self.origin, (*self.path, step))


Values: TypeAlias = frozenset[Value]
NOTHING: Final[Values] = frozenset()


def one(kind: Kind, name: str = "") -> Values:
    return frozenset({Value(Origin(kind, name))})


_TYPE_TAGS: Final = frozenset({"S", "N", "L", "SS", "M", "B", "BOOL"})


def plain_path(value: Value) -> tuple[str, ...]:
    """Without DynamoDB's type tags."""
    return tuple(step for at, step in enumerate(value.path) if at == 0 or step not in _TYPE_TAGS)


def is_sender(value: Value) -> bool:
    """Whether a value is the connection id of the event that the handler was called with."""
    return value.origin.kind == "event" and value.path[-2:] == ("requestContext", "connectionId")


def message_path(value: Value) -> tuple[str, ...] | None:
    """The keys that lead from the message to a value; () is the message itself, None is something else."""
    if value.origin.kind != "event" or value.path[:1] != ("body",):
        return None
    return value.path[2:] if value.path[1:2] == (JSON,) else value.path[1:]


def texts(values: Values) -> list[str]:
    return sorted(value.origin.name for value in values if value.origin.kind == "text" and not value.path)


def variables(values: Values) -> list[str]:
    return sorted({value.origin.name for value in values if value.origin.kind == "variable"})
