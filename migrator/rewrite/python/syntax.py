"""What a single node says, whatever is around it."""

from __future__ import annotations

from dataclasses import fields

import libcst as cst

_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}
_WHITESPACE = (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine, cst.Newline, cst.Comment)


def dotted_name(node: cst.CSTNode) -> str | None:
    """'a.b.c' for names and attributes of names; None for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted_name(node.value)
        return None if base is None else f"{base}.{node.attr.value}"
    return None


def string(node: cst.CSTNode | None) -> str | None:
    """The value of a string literal, concatenated ones included; None for anything else."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def argument(call: cst.Call, name: str, position: int | None = None) -> cst.BaseExpression | None:
    """The value given for a parameter; None when it isn't given or hidden in `*` or `**`."""
    for index, arg in enumerate(call.args):
        if arg.star:
            return None
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
        if arg.keyword is None and index == position:
            return arg.value
    return None


def keywords(call: cst.Call) -> dict[str, cst.BaseExpression] | None:
    """All arguments by keyword; None when one is positional or starred."""
    found: dict[str, cst.BaseExpression] = {}
    for arg in call.args:
        if arg.keyword is None or arg.star:
            return None
        found[arg.keyword.value] = arg.value
    return found


def subscript_key(node: cst.CSTNode) -> str | None:
    """'k' of `x["k"]`; None for anything else."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        index = node.slice[0].slice
        if isinstance(index, cst.Index):
            return string(index.value)
    return None


def method_call(node: cst.CSTNode | None, name: str | None = None) -> tuple[cst.BaseExpression, str, cst.Call] | None:
    """(receiver, method, call) of `receiver.method(...)`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        method = node.func.attr.value
        if name is None or name == method:
            return node.func.value, method, node
    return None


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """All but whitespace, in the order of the source."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(field.name for field in fields(kind))
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            if not isinstance(value, _WHITESPACE):
                found.append(value)
        elif isinstance(value, list | tuple):
            found.extend(item for item in value if isinstance(item, cst.CSTNode) and not isinstance(item, _WHITESPACE))
    return found
