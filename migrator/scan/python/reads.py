"""Which keys of the message, and of what lies inside of it, a route's code reads, however deep they were passed on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from migrator.inventory.model import MessageKey
from migrator.inventory.record import Location
from migrator.scan.python.guards import case_literals
from migrator.scan.python.keypaths import ELEMENT, Path, can_follow, event_paths, key_paths, name_of
from migrator.scan.python.kinds import EVIDENCE_NODES, Kinds, evidence, tested_types
from migrator.scan.python.model import Function, Module
from migrator.scan.python.modelled import declared_keys
from migrator.scan.python.overwriting import last_put
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import Container, Values, constants
from migrator.scan.python.views import View

LARGEST_TABLE: Final = 40
"""Keys of a dict that still count as the values which the code knows."""

_GETTERS: Final = frozenset({"get", "pop", "setdefault"})


class _Paths(Protocol):
    def __call__(self, values: Values, *, converted: bool = False) -> list[Path]: ...


@dataclass
class _Key:
    location: Location
    required: bool = False
    literals: dict[str, None] = field(default_factory=dict)


def event_keys(view: View) -> tuple[MessageKey, ...]:
    """The same of the whole event, for a handler that no route runs."""
    return _keys_of(_Reader(view, event_paths))


def message_keys(view: View) -> tuple[MessageKey, ...]:
    """Keys in the order in which they are found, each with those inside of it; required when some read has neither
    default nor guard."""
    return _keys_of(_Reader(view, key_paths))


def _keys_of(reader: _Reader) -> tuple[MessageKey, ...]:
    for function in sorted(reader.view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        reader.function(function)
    return tuple(reader.found())


class _Reader:
    def __init__(self, view: View, paths: _Paths) -> None:
        """`paths`: from what the keys are counted, the message or the whole event."""
        self.paths = paths
        self.view, self.tracer = view, Tracer(view.program.modules, view, exact=True)
        self.keys: dict[Path, _Key] = {}
        self.guarded: set[Path] = set()
        self.tests: list[tuple[Path, Location]] = []
        """`"x" in value`: a key if the value is an object, else a piece of text or an element."""
        self.kinds = Kinds()

    def found(self) -> Iterator[MessageKey]:
        for path, location in self.tests:
            if self.kinds.decide(path[:-1], self.keys) == "object":
                self._guard(path, location)
        roots = {root: position for position, root in enumerate(dict.fromkeys(path[0] for path in self.keys))}
        for path in sorted(self.keys, key=lambda path: (roots[path[0]], len(path) > 1)):
            key = self.keys[path]
            if self._leads(path) and not self._goes_without_saying(path, key):
                yield MessageKey(
                    name=name_of(path),
                    required=key.required and path not in self.guarded,
                    literals=tuple(key.literals),
                    kind=self.kinds.decide(path, self.keys),
                    location=key.location,
                )

    def function(self, function: Function) -> None:
        nodes = [node for node in own_nodes(function) if isinstance(node, (*EVIDENCE_NODES, ast.Match))]
        tested = tested_types(nodes)
        for node in nodes:
            if self._live(node, function.module):
                self._node(node, function.module)
                self._evidence(node, function.module, tested)

    def _live(self, node: ast.AST, module: Module) -> bool:
        return self.view.guards.allow(node, module, self.view.route, self.view.program.tracer)

    def _leads(self, path: Path) -> bool:
        """Whether a message can be made that has the path: each thing with elements is a list, or an object."""
        prefixes = [path[:length] for length, step in enumerate(path) if step == ELEMENT]
        return all(self._has_elements(prefix) for prefix in prefixes)

    def _goes_without_saying(self, path: Path, key: _Key) -> bool:
        """Whether it is an element of which only what is inside is read."""
        inside = any(other[: len(path)] == path for other in self.keys if len(other) > len(path))
        return path[-1] == ELEMENT and inside and not key.literals

    def _has_elements(self, path: Path) -> bool:
        named = any(key[:-1] == path and key[-1] != ELEMENT for key in self.keys)
        return not named and self.kinds.decide(path, self.keys) in {"list", "object"}

    def _node(self, node: ast.AST, module: Module) -> None:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            self._lookup(node, node.value, node.slice, module, required=not _in_try(node, module))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _GETTERS and node.args:
                self._lookup(node, node.func.value, node.args[0], module, required=False)
            self._declared(node, module)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            self._compare(node, module)
        elif isinstance(node, ast.Match):
            literals = [text for case in node.cases for text in case_literals(case.pattern)]
            self._literals(self.tracer.trace(node.subject, module.scopes[node]), literals, module.location(node))

    def _declared(self, call: ast.Call, module: Module) -> None:
        for found in declared_keys(call, module, self.tracer, self.paths):
            self._read(found.path, found.location, required=found.required)
            if found.path in self.keys:
                self.keys[found.path].literals.update(dict.fromkeys(found.literals))
                for use in found.uses:
                    self.kinds.note(found.path, use)

    def _lookup(self, node: ast.expr, container: ast.expr, key: ast.expr, module: Module, *, required: bool) -> None:
        scope = module.scopes[node]
        values = self.tracer.trace(container, scope)
        paths = self.paths(values)
        if paths and last_put(node, container, key, module) is None:
            for name in self.tracer.keys(key, scope):
                for path in paths:
                    self._read((*path, name), module.location(node), required=required)
        known = _table_keys(values)
        if known:
            self._literals(self.tracer.trace(key, scope), known, module.location(node))

    def _compare(self, node: ast.Compare, module: Module) -> None:
        scope, location = module.scopes[node], module.location(node)
        left, right = self.tracer.trace(node.left, scope), self.tracer.trace(node.comparators[0], scope)
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            paths = self.paths(right)
            for path in paths:
                for name in sorted(constants(left)):
                    self._test((*path, name), location)
            if () in paths:
                return
            options = _table_keys(right) or sorted(constants(self.tracer.step(right, "*")))
            self._literals(left, options, location)
        elif isinstance(node.ops[0], ast.Eq | ast.NotEq):
            self._literals(left, sorted(constants(right)), location)
            self._literals(right, sorted(constants(left)), location)

    def _test(self, path: Path, location: Location) -> None:
        if len(path) == 1:
            self._guard(path, location)
        else:
            self.tests.append((path, location))

    def _guard(self, path: Path, location: Location) -> None:
        self._read(path, location, required=False)
        self.guarded.add(path)

    def _literals(self, values: Values, literals: Iterable[str], location: Location) -> None:
        for path in self.paths(values, converted=True):
            if path:
                self._key(path, location).literals.update(dict.fromkeys(literals))

    def _evidence(self, node: ast.AST, module: Module, tested: frozenset[str]) -> None:
        for expression, use in evidence(node):
            if ast.dump(expression) in tested:
                continue
            for path in self.paths(self.tracer.trace(expression, module.scopes[expression])):
                if path:
                    self.kinds.note(path, use)
                    if path[-1] == ELEMENT and use not in {"iterated", "indexed"}:
                        self._key(path, module.location(expression))

    def _read(self, path: Path, location: Location, *, required: bool) -> None:
        if can_follow(path[:-1], path[-1]):
            key = self._key(path, location)
            key.required = key.required or required

    def _key(self, path: Path, location: Location) -> _Key:
        return self.keys.setdefault(path, _Key(location))


def _table_keys(values: Values) -> list[str]:
    """Keys of a dict display, when nothing else can be meant and all are text."""
    found: list[str] = []
    for value in values:
        if value.path or not isinstance(value.origin, Container) or not isinstance(value.origin.node, ast.Dict):
            return []
        for key in value.origin.node.keys:
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return []
            found.append(key.value)
    return found if len(found) <= LARGEST_TABLE else []


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
