"""Which keys of the message a route's code reads, how deep the message may have been passed on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.inventory.model import MessageKey
from migrator.inventory.record import Location
from migrator.scan.python.describe import message_path
from migrator.scan.python.guards import case_literals
from migrator.scan.python.model import Function, Module
from migrator.scan.python.values import Values, constants
from migrator.scan.python.views import View


@dataclass
class _Key:
    location: Location
    required: bool = False
    literals: dict[str, None] = field(default_factory=dict)


def message_keys(view: View) -> tuple[MessageKey, ...]:
    """Top-level keys, in the order in which they are found; required when some read has neither default nor guard."""
    reader = _Reader(view)
    for function in sorted(view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        reader.function(function)
    keys = reader.keys.items()
    return tuple(
        MessageKey(
            name=name,
            required=key.required and name not in reader.guarded,
            literals=tuple(key.literals),
            location=key.location,
        )
        for name, key in keys
    )


class _Reader:
    def __init__(self, view: View) -> None:
        self.view, self.tracer = view, view.tracer
        self.keys: dict[str, _Key] = {}
        self.guarded: set[str] = set()

    def function(self, function: Function) -> None:
        for node in own_nodes(function):
            if isinstance(node, ast.Subscript | ast.Call | ast.Compare | ast.Match) and self._live(
                node, function.module
            ):
                self._node(node, function.module)

    def _live(self, node: ast.AST, module: Module) -> bool:
        return self.view.guards.allow(node, module, self.view.route, self.view.program.tracer)

    def _node(self, node: ast.AST, module: Module) -> None:
        scope = module.scopes[node]
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            if self._is_message(self.tracer.trace(node.value, scope)):
                for name in self.tracer.keys(node.slice, scope):
                    self._read(name, module.location(node), required=not _in_try(node, module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if (
                node.func.attr in {"get", "pop"}
                and node.args
                and self._is_message(self.tracer.trace(node.func.value, scope))
            ):
                for name in self.tracer.keys(node.args[0], scope):
                    self._read(name, module.location(node), required=False)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            self._compare(node, module)
        elif isinstance(node, ast.Match):
            literals = [text for case in node.cases for text in case_literals(case.pattern)]
            self._literals(self.tracer.trace(node.subject, scope), literals, module.location(node))

    def _compare(self, node: ast.Compare, module: Module) -> None:
        scope = module.scopes[node]
        left, right = self.tracer.trace(node.left, scope), self.tracer.trace(node.comparators[0], scope)
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            if self._is_message(right):
                for name in constants(left):
                    self._read(name, module.location(node), required=False)
                    self.guarded.add(name)
                return
            right = self.tracer.step(right, "*")
        elif not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return
        self._literals(left, sorted(constants(right)), module.location(node))
        self._literals(right, sorted(constants(left)), module.location(node))

    def _literals(self, values: Values, literals: list[str], location: Location) -> None:
        for value in values:
            path = message_path(value)
            if path is not None and len(path) == 1 and path[0] != "*":
                self._read(path[0], location, required=False)
                self.keys[path[0]].literals.update(dict.fromkeys(literals))

    def _is_message(self, values: Values) -> bool:
        return any(message_path(value) == () for value in values)

    def _read(self, name: str, location: Location, *, required: bool) -> None:
        if name == "*":
            return
        key = self.keys.setdefault(name, _Key(location))
        key.required = key.required or required


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    body = [function.node.body] if isinstance(function.node, ast.Lambda) else list(function.node.body)
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _in_try(node: ast.AST, module: Module) -> bool:
    """Whether a missing key is caught on the spot."""
    child = node
    for parent in module.ancestors(node):
        if isinstance(parent, ast.Try) and child in parent.body:
            caught = " ".join(ast.unparse(handler.type) if handler.type else "KeyError" for handler in parent.handlers)
            return "KeyError" in caught or "LookupError" in caught
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        child = parent
    return False
