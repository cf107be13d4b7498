"""A program as one route sees it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.scan.python.guards import RouteGuards
from migrator.scan.python.model import Class, Function, Module
from migrator.scan.python.sites import CallSite
from migrator.scan.python.trace import Tracer

if TYPE_CHECKING:
    from migrator.scan.python.program import Program


class View:
    """A program as one route sees it. It answers a Tracer's questions with the calls that this route can make."""

    def __init__(self, program: Program, entries: list[Function], route: str | None, guards: RouteGuards) -> None:
        self.program, self.entries, self.route, self.guards = program, entries, route, guards
        self.functions: set[Function] = set()
        waiting = list(entries)
        while waiting:
            function = waiting.pop()
            if function in self.functions:
                continue
            self.functions.add(function)
            waiting.extend(inner for inner in function.inner if isinstance(inner.node, ast.Lambda))
            for call in function.calls:
                waiting.extend(
                    target for target, site in program.links.targets.get(call, ()) if self._leads(target, site)
                )
        self.tracer = Tracer(program.modules, self)

    def sites_of(self, function: Function) -> Iterable[CallSite]:
        sites = self.program.links.sites.get(function, ())
        return [site for site in sites if (site.caller is None or site.caller in self.functions) and self._allows(site)]

    def is_handler(self, function: Function) -> bool:
        return function in self.entries

    def constructions(self, cls: Class) -> Iterable[CallSite]:
        return self.program.links.made.get(cls, ())

    def reaches(self, node: ast.AST, module: Module) -> bool:
        """Whether this route can come to an expression."""
        function = module.function_of(node)
        return function in self.functions and self.guards.allow(node, module, self.route, self.program.tracer)

    def _leads(self, target: Function, site: CallSite) -> bool:
        if site.caller in self.program.wrappers and target.decorators and target not in self.entries:
            # A decorator's wrapper calls whatever it decorates: here, this handler.
            return False
        return self._allows(site)

    def _allows(self, site: CallSite) -> bool:
        if site.labels:
            siblings = (other.labels for _, other in self.program.links.targets.get(site.call, ()))
            if not self.guards.allow_labels(site.labels, frozenset().union(*siblings), self.route):
                return False
        return self.guards.allow(site.call, site.scope.module, self.route, self.program.tracer)
