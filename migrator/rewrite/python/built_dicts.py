"""The dict that a short function puts together, where every step of it is certain before it runs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html has such functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.conditions import dictionary
from migrator.rewrite.python.syntax import string

Truth = Callable[[cst.BaseExpression], bool | None]
"""Whether an expression of the function is true, for one call of it; None when that is not certain."""


def built_dict(function: cst.FunctionDef, truth: Truth) -> cst.Dict | None:
    """What it returns, in terms of its parameters; None when it does anything but to build that."""
    run = _Run(
        truth, {param.name.value for param in m.findall(function.params, m.Param()) if isinstance(param, cst.Param)}
    )
    done = run.block(_statements(function.body.body))
    return run.result if done and run.all_used() else None


class _Run:
    def __init__(self, truth: Truth, parameters: set[str]) -> None:
        self._truth, self._parameters = truth, parameters
        self._values: dict[str, cst.Dict] = {}
        self._shared: set[str] = set()
        """Variables whose dict is a part of another one, too: they must not change any more, nor be used again."""
        self._fails = False
        self.result: cst.Dict | None = None

    def block(self, statements: Iterable[cst.CSTNode]) -> bool:
        """False for a step that is not understood. Stops behind `return`."""
        return all(self.result is not None or self._step(statement) for statement in statements) and not self._fails

    def all_used(self) -> bool:
        """Whether nothing was computed in vain: leaving that out could leave out an error."""
        return self._values.keys() == self._shared

    def _step(self, statement: cst.CSTNode) -> bool:
        match statement:
            case cst.Pass() | cst.Expr(value=cst.SimpleString()):
                return True
            case cst.Return(value=cst.BaseExpression() as value):
                made = self._value(value)
                self.result = made if isinstance(made, cst.Dict) else None
                return self.result is not None
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                return self._assign(target, self._value(value))
            case cst.If(test=test, body=body, orelse=orelse):
                true = self._truth(test)
                taken = body if true else orelse.body if isinstance(orelse, cst.Else) else None
                if true is None or isinstance(orelse, cst.If):
                    return False
                return taken is None or self.block(_statements(taken.body))
        return False

    def _assign(self, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
        taken = self._values.keys() | self._parameters
        if isinstance(target, cst.Name) and target.value not in taken and isinstance(value, cst.Dict):
            self._values[target.value] = value
            return True
        keys: list[str] = []
        while isinstance(target, cst.Subscript):
            index = target.slice[0].slice if len(target.slice) == 1 else None
            key = string(index.value) if isinstance(index, cst.Index) else None
            if key is None:
                return False
            keys.insert(0, key)
            target = target.value
        held = self._values.get(target.value) if isinstance(target, cst.Name) else None
        if held is None or not isinstance(target, cst.Name) or target.value in self._shared:
            return False
        made = _with(held, keys, value)
        if made is not None:
            self._values[target.value] = made
        return made is not None

    def _value(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """With the dicts of variables in their places."""
        if isinstance(node, cst.Name) and node.value in self._values:
            self._fails |= node.value in self._shared
            self._shared.add(node.value)
            return self._values[node.value]
        if isinstance(node, cst.List):
            elements = [element.with_changes(value=self._value(element.value)) for element in node.elements]
            return node.with_changes(elements=elements)
        if isinstance(node, cst.Dict):
            pairs = [pair.with_changes(value=self._value(pair.value)) for pair in node.elements]
            return node.with_changes(elements=pairs)
        names = {name.value for name in m.findall(node, m.Name()) if isinstance(name, cst.Name)}
        self._fails |= bool(names & self._values.keys())
        return node


def _with(held: cst.Dict, keys: list[str], value: cst.BaseExpression) -> cst.Dict | None:
    """The dict with one member set; None where it has other keys than texts."""
    members = dictionary(held)
    if members is None or not keys:
        return None
    key, *rest = keys
    if rest:
        inner = members.get(key)
        made = _with(inner, rest, value) if isinstance(inner, cst.Dict) else None
        if made is None:
            return None
        value = made
    before = members.get(key)
    if before is not None and not rest and not _never_fails(before):
        return None
    elements = [pair for pair in held.elements if isinstance(pair, cst.DictElement) and string(pair.key) != key]
    if len(elements) < len(held.elements):
        changed = [
            pair.with_changes(value=value) if isinstance(pair, cst.DictElement) and string(pair.key) == key else pair
            for pair in held.elements
        ]
        return held.with_changes(elements=changed)
    between = [pair.with_changes(comma=cst.MaybeSentinel.DEFAULT) for pair in elements]
    return held.with_changes(elements=[*between, cst.DictElement(cst.SimpleString(repr(key)), value)])


def _never_fails(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Dict | cst.List):
        return all(_never_fails(element.value) for element in node.elements)
    return isinstance(node, cst.Name | cst.SimpleString)


def _statements(body: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
    """One by one, also where several stand on a line."""
    found: list[cst.CSTNode] = []
    for statement in body:
        found += statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
    return found
