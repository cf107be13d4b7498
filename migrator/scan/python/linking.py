"""One round of finding call sites: who calls which function, given the callers that were found in the round before."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from migrator.scan.python.model import Class, Function, Module, Scope
from migrator.scan.python.naming import last_name
from migrator.scan.python.sites import CallSite
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import Called, ClassRef, FunctionRef, Instance, Origin, Parameter, Unknown, Value


@dataclass(eq=False)
class Links:
    """The edges of the call graph."""

    sites: dict[Function, list[CallSite]] = field(default_factory=lambda: defaultdict(list))
    targets: dict[ast.Call, list[tuple[Function, CallSite]]] = field(default_factory=lambda: defaultdict(list))
    made: dict[Class, list[CallSite]] = field(default_factory=lambda: defaultdict(list))
    """Where classes are instantiated."""

    def add(self, function: Function, site: CallSite) -> None:
        self.sites[function].append(site)
        self.targets[site.call].append((function, site))

    def counts(self) -> dict[Function, int]:
        return {function: len(sites) for function, sites in self.sites.items()}


class Linker:
    """Finds the links of loaded modules with a tracer that knows the links of the round before."""

    def __init__(self, loaded: list[Module], tracer: Tracer) -> None:
        self.loaded, self.tracer = loaded, tracer
        self.links = Links()
        self.registered: dict[Origin, list[Function]] = defaultdict(list)
        """Functions that a decorator gave to an object of a library."""
        self.methods: dict[str, list[Function]] = defaultdict(list)
        """Of all classes, by name."""
        for module in loaded:
            for cls in module.classes:
                for name, method in cls.methods.items():
                    self.methods[name].append(method)

    def link(self) -> Links:
        for module in self.loaded:
            for function in module.functions:
                self._decorate(function)
        for module in self.loaded:
            for call, scope in _calls(module):
                self._resolve(call, scope)
        return self.links

    def _decorate(self, function: Function) -> None:
        outer = function.scope.parent or function.module.root
        for decorator in function.decorators:
            itself = ast.Name(id=function.name, ctx=ast.Load())
            call = ast.Call(func=decorator, args=[itself], keywords=[])
            ast.copy_location(call, decorator)
            for value in self.tracer.trace(decorator, outer):
                if isinstance(value.origin, FunctionRef) and not value.path:
                    self.links.add(value.origin.function, CallSite(call, outer, arguments=(itself,)))
                elif isinstance(value.origin, Called) and value.origin.receiver is not None:
                    self.registered[value.origin.receiver].append(function)

    def _resolve(self, call: ast.Call, scope: Scope) -> None:
        known = False
        for value in self.tracer.trace(call.func, scope):
            origin = value.origin
            if isinstance(origin, FunctionRef) and not value.path:
                known = True
                self.links.add(origin.function, self._site(call, scope, origin))
            elif isinstance(origin, ClassRef) and not value.path:
                known = True
                self._construct(origin.cls, CallSite(call, scope))
            elif isinstance(origin, Instance) and not value.path:
                for found in self.tracer.step(frozenset({value}), ".__call__"):
                    if isinstance(found.origin, FunctionRef):
                        self.links.add(found.origin.function, CallSite(call, scope))
            for function in self.registered.get(origin, ()):
                self.links.add(function, CallSite(call, scope, arguments=(), labels=literal_labels(function)))
        if not known:
            self._by_name(call, scope)
            self._callbacks(call, scope)

    def _site(self, call: ast.Call, scope: Scope, reference: FunctionRef) -> CallSite:
        function = reference.function
        last = last_name(call.func)
        direct = last == function.name
        on_class = direct and isinstance(call.func, ast.Attribute) and _names_class(self.tracer, call.func.value, scope)
        labels = frozenset() if direct else reference.labels or literal_labels(function)
        return CallSite(call, scope, on_class=on_class and function.bound and not function.on_class, labels=labels)

    def _construct(self, cls: Class, site: CallSite) -> None:
        self.links.made[cls].append(site)
        initial = cls.methods.get("__init__")
        if initial:
            self.links.add(initial, site)
        foreign = [
            v
            for base in cls.node.bases
            for v in self.tracer.trace(base, site.scope)
            if not isinstance(v.origin, ClassRef)
        ]
        if foreign:
            # The library behind the base class calls the methods.
            for method in cls.methods.values():
                if method is not initial:
                    self.links.targets[site.call].append((method, site))

    def _by_name(self, call: ast.Call, scope: Scope) -> None:
        """A method called on something unknown: the classes of the application that have a method of this name."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr in _COMMON or call.func.attr.startswith("__"):
            return
        named = self.methods.get(call.func.attr)
        if named is None or any(isinstance(v.origin, Called) and v.path for v in self.tracer.trace(call.func, scope)):
            return
        if _could_be(self.tracer, call.func.value, scope):
            for method in named:
                self.links.add(method, CallSite(call, scope))

    def _callbacks(self, call: ast.Call, scope: Scope) -> None:
        """Functions handed to something outside: threads, pools, event loops, map."""
        name = last_name(call.func)
        given = [*enumerate(call.args), *((-1, keyword.value) for keyword in call.keywords)]
        for position, argument in given:
            if not isinstance(argument, ast.Name | ast.Attribute | ast.Lambda):
                continue
            for value in self.tracer.trace(argument, scope):
                if isinstance(value.origin, FunctionRef) and not value.path:
                    self.links.add(value.origin.function, _callback_site(call, scope, name, position))


def literal_labels(function: Function) -> frozenset[str]:
    """The literal texts in a function's decorators: the keys under which a router holds it."""
    calls = [item for item in function.decorators if isinstance(item, ast.Call)]
    texts = [
        argument.value
        for call in calls
        for argument in (*call.args, *(k.value for k in call.keywords))
        if isinstance(argument, ast.Constant)
    ]
    return frozenset(text for text in texts if isinstance(text, str))


def _calls(module: Module) -> Iterator[tuple[ast.Call, Scope]]:
    for call in module.calls:
        yield call, module.scopes[call]
    for function in module.functions:
        for call in function.calls:
            yield call, module.scopes[call]


def _callback_site(call: ast.Call, scope: Scope, name: str, position: int) -> CallSite:
    if name == "map" and position == 0 and len(call.args) > 1:
        element = ast.Subscript(value=call.args[1], slice=ast.Constant(value="*"), ctx=ast.Load())
        return CallSite(call, scope, arguments=(element,))
    passed = next((keyword.value for keyword in call.keywords if keyword.arg == "args"), None)
    if position == -1 and isinstance(passed, ast.Tuple | ast.List):
        return CallSite(call, scope, arguments=tuple(passed.elts))
    return CallSite(call, scope, skipped=position + 1) if position >= 0 else CallSite(call, scope, arguments=())


_COMMON: Final = frozenset(
    [
        "get",
        "put",
        "items",
        "keys",
        "values",
        "append",
        "add",
        "update",
        "pop",
        "remove",
        "extend",
        "insert",
        "clear",
        "copy",
        "index",
        "count",
        "sort",
        "reverse",
        "join",
        "split",
        "strip",
        "lower",
        "upper",
        "format",
        "encode",
        "decode",
        "replace",
        "read",
        "write",
        "close",
        "open",
        "run",
        "start",
        "stop",
        "execute",
        "query",
        "scan",
        "get_item",
        "put_item",
        "delete_item",
        "update_item",
        "publish",
        "invoke",
        "info",
        "debug",
        "warning",
        "error",
        "exception",
        "log",
        "startswith",
        "endswith",
        "match",
        "post_to_connection",
    ]
)
"""Method names so common that a name alone says nothing."""


def _could_be(tracer: Tracer, node: ast.expr, scope: Scope) -> bool:
    """Whether the object could be one of the application's: a parameter or something that wasn't followed."""
    values = tracer.trace(node, scope)
    return not values or any(not isinstance(v.origin, Instance | ClassRef) and _vague(v) for v in values)


def _vague(value: Value) -> bool:
    return isinstance(value.origin, Parameter | Unknown)


def _names_class(tracer: Tracer, node: ast.expr, scope: Scope) -> bool:
    return any(isinstance(value.origin, ClassRef) and not value.path for value in tracer.trace(node, scope))
