"""Expressions that may be left out because nothing happens when they are evaluated."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.syntax import dotted_name

_HARMLESS_CALLS = frozenset(
    {
        "str",
        "int",
        "isinstance",
        "float",
        "len",
        "bool",
        "dict",
        "list",
        "set",
        "tuple",
        "repr",
        "sorted",
        "min",
        "max",
        "getenv",
        "dumps",
        "format_exc",
    }
)
_HARMLESS_METHODS = frozenset(
    {
        "get", "getenv", "format", "replace", "strip", "rstrip", "lstrip", "lower", "upper", "split", "join", "encode",
        "decode", "startswith", "endswith", "removeprefix", "removesuffix", "dumps", "resource", "client", "Table",
        "Session", "format_exc", "time", "now", "utcnow", "isoformat",
    }
)  # fmt: skip


def is_pure(node: cst.BaseExpression | None) -> bool:
    """Whether it only reads and computes. Reading a missing key may raise: then leaving it out leaves out the error."""
    if isinstance(node, cst.Call):
        return _is_pure_call(node)
    parts = _parts(node)
    return parts is not None and all(is_pure(part) for part in parts)


def _parts(  # noqa: PLR0911 - one case for each kind of expression
    node: cst.BaseExpression | None,
) -> list[cst.BaseExpression] | None:
    """The expressions of which it is made; None when it may do something else than compute."""
    match node:
        case None | cst.Name() | cst.BaseNumber() | cst.SimpleString() | cst.Ellipsis() | cst.Lambda():
            return []
        case cst.FormattedString(parts=parts):
            return [part.expression for part in parts if isinstance(part, cst.FormattedStringExpression)]
        case cst.Attribute(value=value) | cst.UnaryOperation(expression=value):
            return [value]
        case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
            return [left, right]
        case cst.ConcatenatedString(left=left, right=right):
            return [left, right]
        case cst.Comparison(left=left, comparisons=targets):
            return [left, *(target.comparator for target in targets)]
        case cst.IfExp(test=test, body=body, orelse=orelse):
            return [test, body, orelse]
        case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
            return [element.value for element in elements]
        case cst.Dict(elements=entries):
            keys = [entry.key for entry in entries if isinstance(entry, cst.DictElement)]
            return [*keys, *(entry.value for entry in entries)]
        case cst.Subscript(value=value, slice=slices) if all(isinstance(s.slice, cst.Index) for s in slices):
            return [value, *(s.slice.value for s in slices if isinstance(s.slice, cst.Index))]
    return None


def _is_pure_call(call: cst.Call) -> bool:
    if not all(is_pure(arg.value) for arg in call.args):
        return False
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value in _HARMLESS_METHODS and is_pure(call.func.value)
    return dotted_name(call.func) in _HARMLESS_CALLS
