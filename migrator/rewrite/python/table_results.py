"""What code reads from the answers of DynamoDB: `["Items"]`, `.get("Item")`, and whether there was one."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.syntax import method_call, string, subscript_key
from migrator.rewrite.python.table_objects import NotUnderstood

Changes = dict[cst.CSTNode, Change]


def read_items(facts: Facts, call: cst.Call) -> Changes:
    """Every access to the answer of query or scan becomes the list itself. Raises NotUnderstood."""
    changes: Changes = {}
    for answer in _uses(facts, call):
        access = facts.parent(answer)
        member = _member(facts, answer)
        if member is None or access is None or member[0] != "Items":
            raise NotUnderstood(f"{facts.path}:{facts.line(answer)} reads more than Items from the answer")
        changes[member[1]] = _inner
    return changes


def read_one(facts: Facts, call: cst.Call) -> tuple[Changes, bool]:
    """The same for get_item; True when the code takes it for granted that there is an item."""
    changes: Changes = {}
    guarded = False
    required = False
    for answer in _uses(facts, call):
        tested = _membership(facts, answer)
        if tested is not None:
            changes[tested] = _is_there
            guarded = True
            continue
        member = _member(facts, answer)
        if member is None or member[0] != "Item":
            raise NotUnderstood(f"{facts.path}:{facts.line(answer)} reads more than Item from the answer")
        _name, access, default = member
        if default is not None and not _is_empty_or_none(default):
            raise NotUnderstood(f"{facts.path}:{facts.line(answer)} has its own default for a missing item")
        if isinstance(access, cst.Subscript):
            required = True
        else:
            guarded = True
        changes[access] = _or_empty if isinstance(default, cst.Dict) else _inner
    if required and not guarded:
        return changes, True
    return changes, False


def _uses(facts: Facts, call: cst.Call) -> list[cst.BaseExpression]:
    """The answer where it is used: the call itself, or each read of the variable that alone holds it."""
    target = facts.target(call)
    if target is None:
        return [call]
    binding = facts.binding(target)
    values = facts.values(binding) if binding is not None else None
    if binding is None or not isinstance(target, cst.Name) or values is None or len(values) != 1:
        raise NotUnderstood(f"{facts.path}:{facts.line(call)} keeps the answer in a variable that is more than that")
    return facts.loads(binding)


def _member(
    facts: Facts, answer: cst.BaseExpression
) -> tuple[str, cst.BaseExpression, cst.BaseExpression | None] | None:
    """(key, the whole access, default) of `answer["key"]` or `answer.get("key", default)`."""
    above = facts.parent(answer)
    if isinstance(above, cst.Subscript) and above.value is answer:
        key = subscript_key(above)
        return None if key is None else (key, above, None)
    called = facts.parent(above) if isinstance(above, cst.Attribute) and above.value is answer else None
    got = method_call(called, "get")
    if got is None or not got[2].args:
        return None
    key = string(got[2].args[0].value)
    default = got[2].args[1].value if len(got[2].args) > 1 else None
    return None if key is None else (key, got[2], default)


def _membership(facts: Facts, answer: cst.BaseExpression) -> cst.Comparison | None:
    """`"Item" in answer`, or `not in`."""
    target = facts.parent(answer)
    comparison = facts.parent(target) if isinstance(target, cst.ComparisonTarget) else None
    if not isinstance(comparison, cst.Comparison) or len(comparison.comparisons) != 1:
        return None
    operator = comparison.comparisons[0].operator
    is_test = isinstance(operator, cst.In | cst.NotIn) and string(comparison.left) == "Item"
    return comparison if is_test else None


def _is_empty_or_none(default: cst.BaseExpression) -> bool:
    if isinstance(default, cst.Dict):
        return not default.elements
    return isinstance(default, cst.Name) and default.value == "None"


def _inner(node: cst.CSTNode) -> cst.CSTNode:
    """`answer["Items"]` -> `answer`, as it has become in the meantime."""
    if isinstance(node, cst.Subscript):
        return node.value
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    return node.func.value


def _or_empty(node: cst.CSTNode) -> cst.CSTNode:
    inner = _inner(node)
    assert isinstance(inner, cst.BaseExpression)
    return cst.BooleanOperation(inner, cst.Or(), cst.Dict([]), lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _is_there(node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.Comparison)
    target = node.comparisons[0]
    is_in = isinstance(target.operator, cst.In)
    operator: cst.BaseCompOp = cst.IsNot() if is_in else cst.Is()
    return node.with_changes(left=target.comparator, comparisons=[cst.ComparisonTarget(operator, cst.Name("None"))])
