"""Renders a template's tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from shim.gateway.vtl.budget import Budget
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.limits import LOOP_TURNS, RANGE_SIZE
from shim.gateway.vtl.methods import element_of, method_of, property_of
from shim.gateway.vtl.nodes import (
    Assignment,
    Binary,
    Call,
    Constant,
    Expression,
    Foreach,
    If,
    Index,
    Interpolated,
    ListOf,
    MapOf,
    Node,
    Not,
    Property,
    Range,
    Reference,
    Step,
    Text,
)
from shim.gateway.vtl.strings import whole
from shim.gateway.vtl.values import Entry, Loop, arithmetic, equal, less, text_of, truth

_LOOP_NAMES: Final = ("foreach", "velocityCount", "velocityHasNext")


class _Left(Exception):
    """Raised by `#break` and `#stop`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Evaluation:
    """One rendering. `at` is the offset of what is being done, for whoever reports a Refusal."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        self.at = 0
        self._variables = dict(variables)
        self._budget = Budget()

    def render(self, nodes: Sequence[Node]) -> str:
        """Raises Refusal."""
        output: list[str] = []
        with suppress(_Left):
            self._render(nodes, output)
        return "".join(output)

    def _render(self, nodes: Sequence[Node], output: list[str]) -> None:
        for node in nodes:
            self._budget.spend()
            if isinstance(node, Text):
                output.append(self._budget.made(node.text))
            elif isinstance(node, Reference):
                output.append(self._budget.made(self._printed(node)))
            elif isinstance(node, Assignment):
                self._assign(node)
            elif isinstance(node, If):
                self._render(self._branch(node), output)
            elif isinstance(node, Foreach):
                self._foreach(node, output)
            else:
                raise _Left(node.kind)

    def _printed(self, reference: Reference) -> str:
        value = self._reference(reference)
        if value is None:
            return "\\" * reference.backslashes + ("" if reference.quiet else reference.source)
        halved = "\\" * (reference.backslashes // 2)
        return halved + (reference.source if reference.backslashes % 2 else text_of(value, self._budget))

    def _branch(self, node: If) -> Sequence[Node]:
        return next((body for condition, body in node.branches if truth(self._value(condition))), node.otherwise)

    def _assign(self, node: Assignment) -> None:
        """An assignment of null changes nothing."""
        self.at = node.at
        value = self._value(node.value)
        if value is None:
            return
        *steps, last = node.target.steps or (None,)
        if last is None:
            self._variables[node.target.name] = value
            return
        holder: Any = self._variables.get(node.target.name)
        for step in steps:
            holder = self._step(holder, step)
        key = last.name if isinstance(last, Property) else self._value(last.key) if isinstance(last, Index) else None
        in_map = isinstance(holder, dict) and isinstance(key, str | int | float)
        in_list = isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder)
        if not (in_map or in_list):
            raise Refusal(f"{node.target.source} can't be set")
        holder[key] = value

    def _foreach(self, node: Foreach, output: list[str]) -> None:
        self.at = node.at
        items = _items(self._value(node.items))[:LOOP_TURNS]
        names = (*_LOOP_NAMES, node.name)
        before = {name: self._variables[name] for name in names if name in self._variables}
        loop = Loop(before.get("foreach"))
        for index, item in enumerate(items):
            self._budget.spend()
            loop.index, loop.has_next = index, index + 1 < len(items)
            self._variables.update(foreach=loop, velocityCount=index + 1, velocityHasNext=loop.has_next)
            self._variables[node.name] = item
            try:
                self._render(node.body, output)
            except _Left as left:
                if left.kind == "stop":
                    raise
                break
        for name in names:
            self._variables.pop(name, None)
        self._variables.update(before)

    def _value(self, node: Expression) -> object:  # noqa: PLR0911 - one for each kind of node
        self._budget.spend()
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Reference):
            return self._reference(node)
        if isinstance(node, Interpolated):
            return self._interpolated(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Not):
            return not truth(self._value(node.operand))
        if isinstance(node, ListOf):
            return [self._value(item) for item in node.items]
        if isinstance(node, MapOf):
            return {self._key(key): self._value(item) for key, item in node.pairs}
        return self._range(node)

    def _interpolated(self, node: Interpolated) -> str:
        output: list[str] = []
        self._render(node.body, output)
        return self._budget.made("".join(output))

    def _key(self, node: Expression) -> object:
        key = self._value(node)
        return key if isinstance(key, str | int | float) else text_of(key, self._budget)

    def _range(self, node: Range) -> object:
        self.at = node.at
        first, last = whole(self._value(node.first)), whole(self._value(node.last))
        if abs(first - last) >= RANGE_SIZE:
            raise Refusal(f"a range may have {RANGE_SIZE} numbers")
        self._budget.spend(abs(first - last))
        return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))

    def _binary(self, node: Binary) -> object:
        left = self._value(node.left)
        if node.operator in {"||", "&&"}:
            return truth(left) if truth(left) == (node.operator == "||") else truth(self._value(node.right))
        right = self._value(node.right)
        self.at = node.at
        if node.operator in {"==", "!="}:
            return equal(left, right, self._budget) == (node.operator == "==")
        if node.operator[0] in "<>":
            ordered = (left, right) if node.operator[0] == "<" else (right, left)
            return less(*ordered, or_equal=node.operator.endswith("="))
        if node.operator == "+" and (isinstance(left, str) or isinstance(right, str)):
            return self._budget.made(self._operand(node.left, left) + self._operand(node.right, right))
        return arithmetic(node.operator, left, right)

    def _operand(self, node: Expression, value: object) -> str:
        """What a text is joined with; a reference without a value stands for itself."""
        if value is None and isinstance(node, Reference):
            return node.source
        return text_of(value, self._budget)

    def _reference(self, node: Reference) -> object:
        value = self._variables.get(node.name)
        for step in node.steps:
            if value is None:
                return None
            value = self._step(value, step)
        return value

    def _step(self, value: object, step: Step) -> object:
        self._budget.spend()
        if isinstance(step, Property):
            return property_of(value, step.name)
        if isinstance(step, Index):
            return element_of(value, self._value(step.key))
        return self._call(value, step)

    def _call(self, value: object, step: Call) -> object:
        arguments = [self._value(argument) for argument in step.arguments]
        method = method_of(value, step.name)
        self.at = step.at
        if method is None:
            return None
        if len(arguments) not in method.arities:
            raise Refusal(f"{step.name} takes {' or '.join(map(str, method.arities))} arguments, not {len(arguments)}")
        if step.pattern is not None:
            return method.run(self._budget, value, step.pattern, *arguments[1:])
        return method.run(self._budget, value, *arguments)


def _items(value: object) -> list[object]:
    """What `#foreach` goes through: elements of a list, values of a map, and nothing for anything else."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    return [value] if isinstance(value, Entry) else []
