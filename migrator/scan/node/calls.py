"""Who calls whom, and what a handler comes to for one of its routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from migrator.scan.node.guards import Guards
from migrator.scan.node.modules import Module
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import FUNCTIONS, Node


class Calls:
    """All calls of the loaded modules, and the functions of the application that they lead to."""

    def __init__(self, modules: list[Module], tracer: Tracer) -> None:
        self.tracer = tracer
        self.targets: dict[int, list[Node]] = {}
        self.callers: dict[int, list[Node]] = defaultdict(list)
        self.inside: dict[int, list[Node]] = defaultdict(list)
        for module in modules:
            for call in module.tree.within("call_expression", "new_expression"):
                self._enter(call)

    def _enter(self, call: Node) -> None:
        found = list(self._found(call))
        if not found:
            return
        self.targets[id(call)] = found
        for target in found:
            self.callers[id(target)].append(call)
        for above in call.ancestors():
            if above.kind in FUNCTIONS:
                self.inside[id(above)].append(call)

    def _found(self, call: Node) -> Iterator[Node]:
        """Functions that a call enters: the one it names, and those that it hands over by name."""
        called = call.field("constructor" if call.kind == "new_expression" else "function")
        for value in self.tracer.trace(called):
            node = value.origin.node
            if node is None:
                continue
            if value.origin.kind == "function":
                yield node
            elif value.origin.kind == "class" and call.kind == "new_expression":
                yield from (
                    method
                    for method in node.within("method_definition")
                    if (name := method.field("name")) is not None and name.text == "constructor"
                )
        for argument in call.arguments():
            if argument.kind in {"identifier", "member_expression"}:
                for value in self.tracer.trace(argument):
                    if value.origin.kind == "function" and value.origin.node is not None and not value.path:
                        yield value.origin.node


class View:
    """What one handler does for one route; `route` None for whatever else starts it."""

    def __init__(self, entry: Node, route: str | None, guards: Guards, calls: Calls) -> None:
        self.entry, self.route, self.guards, self.calls = entry, route, guards, calls
        self.tracer = Tracer(calls.tracer.modules, [entry], self._callers)
        self.functions: list[Node] = []
        waiting = [entry]
        while waiting:
            function = waiting.pop(0)
            if any(known is function for known in self.functions):
                continue
            self.functions.append(function)
            for call in calls.inside.get(id(function), ()):
                if self._allows(call):
                    waiting.extend(self._targets(call))
        self._ids = {id(function) for function in self.functions}

    def reaches(self, node: Node) -> bool:
        return any(id(above) in self._ids for above in node.ancestors()) and self._allows(node)

    def _targets(self, call: Node) -> list[Node]:
        """A table of functions with route keys as its keys gives each route its own."""
        called = call.field("function")
        targets = self.calls.targets[id(call)]
        if called is None or called.kind != "subscript_expression" or self.route is None:
            return targets
        index = called.field("index")
        if index is None or self.guards.subject(self.tracer.trace(index)) != "route":
            return targets
        own = self.tracer.step(self.tracer.trace(called.field("object")), self.route)
        chosen = [value.origin.node for value in own if value.origin.kind == "function"]
        return [node for node in chosen if node is not None] or targets

    def _allows(self, node: Node) -> bool:
        return self.guards.allow(node, self.route, self.tracer)

    def _callers(self, function: Node) -> list[Node]:
        return [call for call in self.calls.callers.get(id(function), ()) if self._comes_from_here(call)]

    def _comes_from_here(self, call: Node) -> bool:
        """Calls in functions that are reached, for this route, and those at the top of modules."""
        around = [above for above in call.ancestors() if above.kind in FUNCTIONS]
        reached = not around or any(any(above is known for known in self.functions) for above in around)
        return reached and self._allows(call)
