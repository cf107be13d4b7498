"""Expressions whose value is certain in the events of one route: its key, its type, and keys that no event has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import libcst as cst

from migrator.rewrite.python.event_reads import EVENT_TYPE, ROUTE_KEY, Path, steps_from
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.situation import Situation
from migrator.rewrite.python.syntax import method_call, string

_CONSTANTS: Final[Mapping[str, object]] = {"True": True, "False": False, "None": None}
_TEXT_METHODS: Final = frozenset({"startswith", "endswith", "lower", "upper", "strip", "lstrip", "rstrip", "replace"})
_DEPTH: Final = 20


@dataclass(frozen=True)
class Known:
    """`value`: None, a bool, a text, or REFERENCE for a function or an object that is there for certain."""

    value: object
    reference: str = ""
    """The name of the function that it is."""


THERE: Final = object()
"""Some object that counts as true."""


@dataclass(frozen=True)
class Names:
    """What the module gives to the function: its text constants, its dictionaries of functions, and functions that
    return a part of an event."""

    texts: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]]
    helpers: Mapping[str, Path]


def names_of(facts: Facts, helpers: Mapping[str, Path]) -> Names:
    """Names that get a value once, at the top of the module."""
    texts: dict[str, str] = {}
    tables: dict[str, dict[str, str]] = {}
    for statement in facts.module.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            target = small.targets[0].target if isinstance(small, cst.Assign) and len(small.targets) == 1 else None
            target = small.target if isinstance(small, cst.AnnAssign) else target
            if not isinstance(target, cst.Name) or not isinstance(small, cst.Assign | cst.AnnAssign):
                continue
            binding = facts.binding(target)
            if binding is None or len(facts.stores(binding)) != 1:
                continue
            text, table = string(small.value), table_of(small.value)
            if text is not None:
                texts[target.value] = text
            elif table is not None and not _may_change(facts, binding):
                tables[target.value] = table
    return Names(texts, tables, helpers)


def table_of(node: cst.BaseExpression | None) -> dict[str, str] | None:
    """Key -> name of a literal dictionary of names."""
    if not isinstance(node, cst.Dict) or not node.elements:
        return None
    found: dict[str, str] = {}
    for element in node.elements:
        key = string(element.key) if isinstance(element, cst.DictElement) else None
        if key is None or key in found or not isinstance(element.value, cst.Name):
            return None
        found[key] = element.value.value
    return found


def _may_change(facts: Facts, binding: Binding) -> bool:
    """Whether somebody does more with a dictionary than to look keys up."""
    for load in facts.loads(binding):
        above = facts.parent(load)
        reads = isinstance(above, cst.Subscript) and above.value is load and facts.is_read(above)
        gets = isinstance(above, cst.Attribute) and above.attr.value in {"get", "keys", "items", "values"}
        tests = isinstance(above, cst.ComparisonTarget)
        if not (reads or gets or tests):
            return True
    return False


class Values:
    """`facts`: those of a module that holds nothing but the function."""

    def __init__(self, facts: Facts, event: Binding, situation: Situation, names: Names) -> None:
        self._facts, self._event, self._situation, self._names = facts, event, situation, names

    def of(self, node: cst.BaseExpression, depth: int = 0) -> Known | None:  # noqa: PLR0911 - one case for each kind
        """None where it depends on the request."""
        if depth > _DEPTH:
            return None
        text = string(node)
        if text is not None:
            return Known(text)
        read = self._read(node, depth)
        if read is not None:
            return read
        match node:
            case cst.Name(value=name) if name in _CONSTANTS:
                return Known(_CONSTANTS[name])
            case cst.Name():
                return self._variable(node, depth)
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                known = self.of(inner, depth + 1)
                return None if known is None else Known(not known.value)
            case cst.Comparison(left=left, comparisons=[only]):
                return self._comparison(left, only, depth)
            case cst.BooleanOperation():
                return self._both(node, depth)
            case cst.Subscript() | cst.Call():
                return self._looked_up(node, depth)
        return None

    def _variable(self, node: cst.Name, depth: int) -> Known | None:
        binding = self._facts.binding(node)
        stores = self._facts.stores(binding) if binding is not None else []
        if not stores:
            known = self._names.texts.get(node.value)
            return None if known is None else Known(known)
        values = self._facts.values(binding) if binding is not None else None
        return self.of(values[0], depth + 1) if values is not None and len(values) == 1 else None

    def path(self, node: cst.BaseExpression, depth: int = 0) -> tuple[Path, cst.BaseExpression | None] | None:
        """Which part of the event it is, and what `.get` gives without it; None for anything else."""
        base = node
        while not isinstance(base, cst.Name):
            if isinstance(base, cst.Subscript | cst.Attribute):
                base = base.value
            elif isinstance(base, cst.Call):
                base = base.func
            elif isinstance(base, cst.BooleanOperation):
                base = base.left
            else:
                return None
        prefix = self._prefix(base, depth)
        if prefix is None:
            return None
        if base is node:
            return prefix, None
        step = next((step for step in steps_from(self._facts, base, prefix) if step.node is node), None)
        return None if step is None else (step.path, step.default)

    def _prefix(self, base: cst.Name, depth: int) -> Path | None:
        binding = self._facts.binding(base)
        if binding == self._event:
            return ()
        values = self._facts.values(binding) if binding is not None else None
        if depth > _DEPTH or values is None or len(values) != 1:
            return None
        found = self.path(values[0], depth + 1)
        return found[0] if found is not None else None

    def _read(self, node: cst.BaseExpression, depth: int) -> Known | None:
        found = None if isinstance(node, cst.Name) else self.path(node, depth)
        if found is None:
            return None
        path, default = found
        if path in {ROUTE_KEY, EVENT_TYPE}:
            return Known(self._of_route(path))
        if path == ("requestContext",):
            return Known(THERE)
        if len(path) == 1 and self._situation.has(path[0]) is False and not isinstance(node, cst.Subscript):
            empty = isinstance(default, cst.Dict | cst.List) and not default.elements
            return Known(()) if empty else Known(None) if default is None else self.of(default, depth + 1)
        return None

    def told(self, call: cst.Call) -> str | None:
        """What a function says that only tells the route, or the type of its events."""
        path = self._names.helpers.get(call.func.value) if isinstance(call.func, cst.Name) else None
        known = path is not None and len(call.args) == 1 and self.path(call.args[0].value) == ((), None)
        return self._of_route(path) if known and path is not None else None

    def _of_route(self, path: Path) -> str:
        return self._situation.key if path == ROUTE_KEY else self._situation.event_type

    def _comparison(  # noqa: PLR0911 - one answer for each operator
        self, left: cst.BaseExpression, target: cst.ComparisonTarget, depth: int
    ) -> Known | None:
        right, operator = target.comparator, target.operator
        whole = self.path(right, depth) if isinstance(operator, cst.In | cst.NotIn) else None
        known = self.of(left, depth + 1)
        if whole is not None and whole[0] == () and known is not None and isinstance(known.value, str):
            has = self._situation.has(known.value)
            return None if has is None else Known(has is isinstance(operator, cst.In))
        if known is None:
            return None
        if known.value is THERE:
            is_none = isinstance(right, cst.Name) and right.value == "None"
            return Known(isinstance(operator, cst.IsNot | cst.NotEqual)) if is_none else None
        if isinstance(operator, cst.In | cst.NotIn):
            inside = self._members(right, depth)
            return None if inside is None else Known((known.value in inside) is isinstance(operator, cst.In))
        other = self.of(right, depth + 1)
        if other is None or other.value is THERE or other.reference or known.reference:
            return None
        if isinstance(operator, cst.Equal | cst.Is):
            return Known(known.value == other.value)
        return Known(known.value != other.value) if isinstance(operator, cst.NotEqual | cst.IsNot) else None

    def _members(self, node: cst.BaseExpression, depth: int) -> list[object] | None:
        if isinstance(node, cst.Name):
            table = self._table(node)
            return None if table is None else list(table)
        if not isinstance(node, cst.Tuple | cst.List | cst.Set):
            return None
        members = [self.of(element.value, depth + 1) for element in node.elements]
        return None if any(m is None for m in members) else [m.value for m in members if m is not None]

    def _both(self, node: cst.BooleanOperation, depth: int) -> Known | None:
        left, right = self.of(node.left, depth + 1), self.of(node.right, depth + 1)
        stops = isinstance(node.operator, cst.Or)
        if left is not None:
            return left if bool(left.value) is stops else right
        # `x and False` is false whatever x is, though not always False itself: enough where only the truth counts.
        return None

    def _table(self, node: cst.BaseExpression) -> Mapping[str, str] | None:
        if not isinstance(node, cst.Name):
            return table_of(node)
        binding = self._facts.binding(node)
        if binding is None or not self._facts.stores(binding):
            return self._names.tables.get(node.value)
        values = self._facts.values(binding)
        known = values is not None and len(values) == 1 and not _may_change(self._facts, binding)
        return table_of(values[0]) if known and values is not None else None

    def _looked_up(  # noqa: PLR0911 - one answer for each kind of look-up
        self, node: cst.Subscript | cst.Call, depth: int
    ) -> Known | None:
        if isinstance(node, cst.Subscript):
            index = node.slice[0].slice
            table, key = self._table(node.value), index.value if isinstance(index, cst.Index) else None
            chosen = self.of(key, depth + 1) if table is not None and key is not None else None
            name = table.get(chosen.value) if table and chosen and isinstance(chosen.value, str) else None
            return Known(THERE, name) if name is not None else None
        told = self.told(node)
        if told is not None:
            return Known(told)
        method = method_call(node)
        if method is None or any(arg.star or arg.keyword for arg in node.args):
            return None
        args = [self.of(arg.value, depth + 1) for arg in node.args]
        table = self._table(method[0])
        if table is not None and method[1] == "get" and args and args[0] is not None:
            name = table.get(str(args[0].value))
            default = Known(None) if len(node.args) == 1 else self._named(node.args[1].value, depth)
            return Known(THERE, name) if name is not None else default
        receiver = self.of(method[0], depth + 1)
        if receiver is None or not isinstance(receiver.value, str) or method[1] not in _TEXT_METHODS:
            return None
        if not all(arg is not None and isinstance(arg.value, str) for arg in args):
            return None
        return Known(getattr(receiver.value, method[1])(*(arg.value for arg in args if arg is not None)))

    def _named(self, node: cst.BaseExpression, depth: int) -> Known | None:
        """A default of `.get`: a function by its name, or something that is known."""
        is_function = isinstance(node, cst.Name) and self._facts.binding(node) is None
        return Known(THERE, node.value) if is_function and isinstance(node, cst.Name) else self.of(node, depth + 1)
