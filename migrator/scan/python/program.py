"""The application's call graph: who calls which function, and what each route can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from migrator.scan.python.calling import returned
from migrator.scan.python.guards import RouteGuards
from migrator.scan.python.imports import Modules
from migrator.scan.python.linking import Linker, Links
from migrator.scan.python.model import Class, Function, Imported, Module
from migrator.scan.python.sites import CallSite
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import FunctionRef, Instance
from migrator.scan.python.views import View

ROUNDS: Final = 3
"""Calls through tables, callbacks and routers need the callers found in the round before."""


@dataclass(eq=False)
class Program:
    modules: Modules
    loaded: list[Module] = field(default_factory=list)
    handlers: dict[Function, str] = field(default_factory=dict)
    """Functions that are entered with an event, with the id of the handler; wrappers of handlers are among them."""
    wrappers: set[Function] = field(default_factory=set)
    """What decorators of handlers put around them."""
    links: Links = field(default_factory=Links)

    def __post_init__(self) -> None:
        self.tracer = Tracer(self.modules, self)

    # What a Tracer asks

    def sites_of(self, function: Function) -> Iterable[CallSite]:
        return self.links.sites.get(function, ())

    def is_handler(self, function: Function) -> bool:
        return function in self.handlers

    def constructions(self, cls: Class) -> Iterable[CallSite]:
        return self.links.made.get(cls, ())

    # Building

    def load(self, paths: Iterable[str]) -> None:
        """Loads files, and whatever of the application they import."""
        self._follow(paths, self.loaded)

    def importing(self, paths: Iterable[str]) -> list[Module]:
        """Loaded files, and those that they import."""
        found: list[Module] = []
        self._follow(paths, found)
        return found

    def _follow(self, paths: Iterable[str], found: list[Module]) -> None:
        waiting = list(paths)
        while waiting:
            module = self.modules.load(waiting.pop())
            if module is not None and module not in found:
                found.append(module)
                waiting.extend(self._imports(module))

    def _imports(self, module: Module) -> Iterator[str]:
        scopes = {id(scope): scope for scope in module.scopes.values()}
        for scope in scopes.values():
            for bounds in list(scope.names.values()):
                for bound in bounds:
                    if isinstance(bound, Imported):
                        names = (bound.module, f"{bound.module}.{bound.attribute}" if bound.attribute else bound.module)
                        found = (self.modules.path_of(name.strip("."), module.path, bound.level) for name in names)
                        yield from (path for path in found if path)

    def connect(self) -> None:
        """Finds the call sites of all functions. Handlers must be known before."""
        for _ in range(ROUNDS):
            before = self.links.counts()
            self.links = Linker(self.loaded, Tracer(self.modules, self)).link()
            if self.links.counts() == before:
                break
        self.tracer = Tracer(self.modules, self)

    def enter(self, module: Module, name: str, handler_id: str) -> Function | None:
        """Makes what a module calls by a name a handler; None when it is no function of the application."""
        values = self.tracer.member(module, name)
        called = values | self.tracer.step(frozenset(v for v in values if isinstance(v.origin, Instance)), ".__call__")
        functions = [
            value.origin.function for value in called if isinstance(value.origin, FunctionRef) and not value.path
        ]
        for function in functions:
            self.handlers[function] = handler_id
            self._enter_wrappers(function, handler_id)
        return min(functions, key=lambda function: function.node.lineno, default=None)

    def _enter_wrappers(self, function: Function, handler_id: str) -> None:
        outer = function.scope.parent or function.module.root
        for decorator in function.decorators:
            made = self.tracer.trace(decorator, outer)
            for value in made:
                if not isinstance(value.origin, FunctionRef) or value.path:
                    continue
                for wrapper in returned(self.tracer, value.origin.function):
                    if isinstance(wrapper.origin, FunctionRef) and wrapper.origin.function is not function:
                        self.handlers[wrapper.origin.function] = handler_id
                        self.wrappers.add(wrapper.origin.function)

    # Reading

    def view(self, handler_id: str, route: str | None, guards: RouteGuards) -> View:
        """What a handler reaches when it serves a route (None: something else than a route)."""
        return View(self, [function for function, name in self.handlers.items() if name == handler_id], route, guards)
