"""DynamoDB's expressions, read as plain equalities and assignments.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from __future__ import annotations

import re

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.syntax import string

Pairs = dict[str, cst.BaseExpression]

_EQUAL = re.compile(r"\s*([#\w]+)\s*=\s*(:\w+)\s*")


def equalities(node: cst.BaseExpression, names: Pairs, values: Pairs) -> Pairs | None:
    """Attribute -> wanted value of `Key("a").eq(x) & Attr("b").eq(y)` or "a = :a AND b = :b"; None for the rest."""
    text = string(node)
    if text is not None:
        return _textual(re.split(r"\s+and\s+", text, flags=re.IGNORECASE), names, values)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitAnd):
        left, right = equalities(node.left, names, values), equalities(node.right, names, values)
        if left is None or right is None or left.keys() & right.keys():
            return None
        return left | right
    is_equality = m.matches(
        node,
        m.Call(
            func=m.Attribute(
                value=m.Call(func=m.OneOf(m.Name(), m.Attribute()), args=[m.Arg(keyword=None)]), attr=m.Name("eq")
            ),
            args=[m.Arg(keyword=None)],
        ),
    )
    if not is_equality:
        return None
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    assert isinstance(node.func.value, cst.Call)
    kind = node.func.value.func
    name = kind.attr.value if isinstance(kind, cst.Attribute) else getattr(kind, "value", "")
    attribute = string(node.func.value.args[0].value)
    return {attribute: node.args[0].value} if name in {"Key", "Attr"} and attribute is not None else None


def assignments(text: str, names: Pairs, values: Pairs) -> Pairs | None:
    """Attribute -> new value of "SET a = :a, #b = :b"; None for anything else."""
    match = re.fullmatch(r"\s*set\s+(.+)", text, flags=re.IGNORECASE | re.DOTALL)
    return None if match is None else _textual(match[1].split(","), names, values)


def dictionary(node: cst.BaseExpression | None) -> Pairs | None:
    """Literal keys -> values of a dict literal; an empty one for None; None when a key is anything else."""
    if node is None:
        return {}
    if not isinstance(node, cst.Dict):
        return None
    found: Pairs = {}
    for element in node.elements:
        key = string(element.key) if isinstance(element, cst.DictElement) else None
        if key is None or key in found:
            return None
        found[key] = element.value
    return found


def _textual(parts: list[str], names: Pairs, values: Pairs) -> Pairs | None:
    found: Pairs = {}
    for part in parts:
        match = _EQUAL.fullmatch(part)
        if match is None or match[2] not in values:
            return None
        attribute: str | None = match[1]
        if match[1].startswith("#"):
            attribute = string(names.get(match[1]))
        if attribute is None or attribute in found:
            return None
        found[attribute] = values[match[2]]
    return found
