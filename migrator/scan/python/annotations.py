"""What an annotation says of a value that comes from JSON."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Final

from migrator.scan.python.kinds import Use
from migrator.scan.python.model import Class, Scope
from migrator.scan.python.naming import last_name
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import ClassRef

_USES: Final[dict[str, Use]] = {
    **dict.fromkeys(("str", "EmailStr", "AnyUrl", "HttpUrl", "UUID", "UUID4", "datetime", "date", "constr"), "text"),
    **dict.fromkeys(("int", "float", "Decimal", "PositiveInt", "NonNegativeInt", "PositiveFloat", "conint"), "number"),
    **dict.fromkeys(("bool", "StrictBool"), "boolean"),
    **dict.fromkeys(("list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "Iterable", "conlist"), "list"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping"), "object"),
}
_OF_THE_FIRST: Final = frozenset({"Optional", "Annotated", "Required", "NotRequired", "Final"})


@dataclass(frozen=True)
class Annotated:
    """model: a class of the application whose fields it has, or, for a list, its elements have."""

    literals: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    model: Class | None = None


def annotated(node: ast.expr, scope: Scope, tracer: Tracer) -> Annotated:
    """`scope`: where the annotation stands."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return annotated(ast.parse(node.value, mode="eval").body, scope, tracer)
        except (SyntaxError, ValueError, RecursionError):
            return Annotated()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _one_of([node.left, node.right], scope, tracer)
    if isinstance(node, ast.Subscript):
        return _subscript(node, scope, tracer)
    name = last_name(node)
    if name in _USES:
        return Annotated(uses=(_USES[name],))
    cls = _class_of(node, scope, tracer)
    return Annotated() if cls is None else _enumerated(cls) or Annotated(model=cls)


def _subscript(node: ast.Subscript, scope: Scope, tracer: Tracer) -> Annotated:
    arguments = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    name = last_name(node.value)
    if name == "Literal":
        texts = [item.value for item in arguments if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        return Annotated(literals=tuple(texts), uses=("text",) if texts else ())
    if name == "Union":
        return _one_of(arguments, scope, tracer)
    if name in _OF_THE_FIRST and arguments:
        return annotated(arguments[0], scope, tracer)
    use = _USES.get(name)
    if use == "list" and arguments:
        return replace(Annotated(uses=("list",)), model=annotated(arguments[0], scope, tracer).model)
    return Annotated(uses=(use,)) if use else Annotated()


def _one_of(nodes: list[ast.expr], scope: Scope, tracer: Tracer) -> Annotated:
    """None of several says nothing; else the first."""
    given = [node for node in nodes if not (isinstance(node, ast.Constant) and node.value is None)]
    return annotated(given[0], scope, tracer) if given else Annotated()


def _class_of(node: ast.expr, scope: Scope, tracer: Tracer) -> Class | None:
    # Annotations in texts are no part of the tree that scopes are known of, but their names are found all the same.
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    found = [value.origin.cls for value in tracer.trace(node, scope) if isinstance(value.origin, ClassRef)]
    return found[0] if len(found) == 1 else None


def _enumerated(cls: Class) -> Annotated | None:
    """The values of an Enum of texts; None for another class."""
    if not any(last_name(base) in {"Enum", "StrEnum"} for base in cls.node.bases):
        return None
    values = [item.value for item in cls.node.body if isinstance(item, ast.Assign)]
    texts = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return Annotated(literals=tuple(texts), uses=("text",) if texts else ())
