"""The modules of all handlers, and the functions behind their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from migrator.scan.files import Files
from migrator.scan.node.calls import Calls, View
from migrator.scan.node.guards import Guards
from migrator.scan.node.modules import SUFFIXES, Module, Modules
from migrator.scan.node.operations import made_name
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node
from migrator.scan.node.values import Values
from migrator.scan.sieve import sought
from migrator.scan.testing import is_script_test

SIGNS: Final = sought(
    b"requestContext", b"postToConnection", b"PostToConnection", b"ApiGatewayManagementApi", b"@connections",
    suffixes=SUFFIXES,
)  # fmt: skip
"""A script without any of these is read only when another one imports it or the infrastructure names it."""
_MOST_UNWRAPPED: Final = 8


class NodeProgram:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.modules = Modules(files)
        self.entries: dict[str, Node] = {}
        """Handler id -> function."""
        self._calls: Calls | None = None

    def load(self, named: Iterable[str]) -> None:
        """Reads the named files, those that speak of connections on a server, and what they import."""
        self.modules.load_with_imports(path for path in named if path.endswith(SUFFIXES))
        self.modules.load_with_imports(
            path for path in self.files.mentioning(SIGNS, *SUFFIXES) if not is_script_test(path)
        )

    def enter(self, path: str, function: str, handler_id: str) -> Node | None:
        """The function that a module exports under a handler's name, out of whatever wraps it."""
        module = self.modules.load(path)
        if module is None:
            return None
        found = self.exported_function(module, function)
        if found is not None:
            self.entries[handler_id] = found
        return found

    def exported_function(self, module: Module, name: str) -> Node | None:
        return self._function(Tracer(self.modules), module, name)

    def exports(self, path: str, name: str) -> bool:
        module = self.modules.load(path)
        return module is not None and name in {*module.exports, *module.passed_on}

    def _function(self, tracer: Tracer, module: Module, name: str) -> Node | None:
        node = module.exports.get(name)
        given = self._initial(module, node) if node is not None else None
        # What a wrapper is given comes before what the wrapper returns.
        inner = _unwrapped(tracer, given, _MOST_UNWRAPPED) if given is not None else None
        return inner or next(iter(_functions(tracer.exported(module, name))), None)

    def _initial(self, module: Module, node: Node) -> Node:
        """What an exported name was given."""
        if node.kind != "identifier":
            return node
        bound = [binding.node for binding in module.bindings.of(node) if binding.kind == "value"]
        return bound[0] if bound else node

    def class_name(self, node: Node) -> str:
        """X of `new X(...)`, under the name that its package gives it."""
        for value in self.calls.tracer.trace(node.field("constructor")):
            if value.origin.kind == "package" and value.path:
                return value.path[-1]
        return made_name(node)

    @property
    def calls(self) -> Calls:
        """Made once, when everything is loaded and the handlers are entered."""
        if self._calls is None:
            tracer = Tracer(self.modules, self.entries.values(), self._callers)
            self._calls = Calls(self.modules.loaded, tracer)
        return self._calls

    def view(self, handler_id: str, route: str | None, guards: Guards) -> View:
        return View(self.entries[handler_id], route, guards, self.calls)

    def whole(self) -> Tracer:
        """For places that no handler reaches: every caller counts."""
        calls = self.calls
        return Tracer(self.modules, self.entries.values(), lambda function: calls.callers.get(id(function), ()))

    def _callers(self, _function: Node) -> Iterable[Node]:
        return ()


def _functions(values: Values) -> list[Node]:
    return [value.origin.node for value in values if value.origin.kind == "function" and value.origin.node is not None]


def _unwrapped(tracer: Tracer, node: Node | None, depth: int) -> Node | None:
    """The function inside of `middy(fn).use(...)`, `wrap(options)(fn)`, `handler.bind(it)` and the like."""
    if depth == 0 or node is None:
        return None
    if node.kind != "call_expression":
        return next(iter(_functions(tracer.trace(node))), None)
    inside = (_unwrapped(tracer, argument, depth - 1) for argument in node.arguments())
    given = next((found for found in inside if found is not None), None)
    called = node.field("function")
    if given is not None or called is None:
        return given
    if called.kind == "member_expression":
        return _unwrapped(tracer, called.field("object"), depth - 1)
    return _unwrapped(tracer, called, depth - 1) if called.kind == "call_expression" else None
