"""One step into a value: a key, an element or an attribute."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrator.scan.python.model import Class, Mutation, Scope
from migrator.scan.python.naming import last_name
from migrator.scan.python.values import (
    ITEMS,
    ClassRef,
    Constant,
    Container,
    Environment,
    External,
    FunctionRef,
    Instance,
    ModuleRef,
    Value,
    Values,
)

if TYPE_CHECKING:
    from migrator.scan.python.trace import Tracer


def step(tracer: Tracer, value: Value, key: str) -> Values:  # noqa: PLR0911 - one line a kind of origin
    """The values at a key, '*' or attribute of a value. What isn't the application's keeps the step in its path."""
    origin = value.origin
    if value.path[-2:] == (ITEMS, "*"):
        base = Value(origin, value.path[:-2])
        return step(tracer, base, "*") if key == "1" else frozenset({base.then("<key>")})
    if value.path:
        return frozenset({value.then(key)})
    if isinstance(origin, Container) and not key.startswith("."):
        return tracer.once(("element", origin, key), lambda: frozenset(_element(tracer, origin, key)))
    if isinstance(origin, Constant) and (origin.value is None or not key.startswith(".")):
        # A name that is None or "" at first and something later.
        return frozenset()
    if isinstance(origin, External):
        if origin.name == "os.environ":
            return frozenset({Value(Environment(key))}) if key[:1] not in {".", "*"} else frozenset({value.then(key)})
        return frozenset({Value(External(origin.name + key))}) if key.startswith(".") else frozenset({value.then(key)})
    if key.startswith("."):
        return _attribute(tracer, value, key)
    return frozenset({value.then(key)})


def _attribute(tracer: Tracer, value: Value, key: str) -> Values:
    origin, name = value.origin, key[1:]
    if isinstance(origin, ModuleRef):
        inside = tracer.member(origin.module, name)
        if inside:
            return inside
        package = origin.module.path.removesuffix("/__init__.py").replace("/", ".")
        submodule = tracer.modules.find(f"{package}.{name}", origin.module)
        return frozenset({Value(ModuleRef(submodule) if submodule else External(f"{package}.{name}"))})
    if isinstance(origin, Instance | ClassRef):
        cls = origin.cls
        found = tracer.once(("attribute", cls, name), lambda: class_attribute(tracer, cls, name))
        return found or frozenset({value.then(key)})
    return frozenset({value.then(key)})


def class_attribute(tracer: Tracer, cls: Class, name: str, seen: frozenset[Class] = frozenset()) -> Values:
    """A method, or whatever the class assigns to `self.name`; then its bases in turn. Properties give their results."""
    method = cls.methods.get(name)
    if method is not None:
        if any(last_name(item) in {"property", "cached_property"} for item in method.decorators):
            return frozenset().union(*(tracer.trace(node, method.scope) for node in method.returns))
        return frozenset({Value(FunctionRef(method))})
    found: set[Value] = set()
    for binding in cls.attributes.get(name, ()):
        found |= tracer.binding(binding)
    if not found:
        found |= _field(tracer, cls, name)
    for base in cls.node.bases if not found else ():
        for value in tracer.trace(base, cls.scope.parent or cls.scope):
            if isinstance(value.origin, ClassRef) and value.origin.cls not in seen | {cls}:
                found |= class_attribute(tracer, value.origin.cls, name, seen | {cls})
    return frozenset(found)


def _field(tracer: Tracer, cls: Class, name: str) -> Values:
    """A field of a dataclass or model: what its constructions give it."""
    declared = any(
        isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id == name
        for item in cls.node.body
    )
    if not declared or "__init__" in cls.methods:
        return frozenset()
    found: set[Value] = set()
    for site in tracer.callers.constructions(cls):
        for keyword in site.call.keywords:
            if keyword.arg == name:
                found |= tracer.trace(keyword.value, site.scope)
            elif keyword.arg is None:
                found |= tracer.step(tracer.trace(keyword.value, site.scope), name)
    return frozenset(found)


def _element(  # noqa: PLR0912 - one branch a kind of container
    tracer: Tracer, container: Container, key: str
) -> Iterator[Value]:
    node, scope = container.node, container.scope
    if isinstance(node, ast.Dict):
        for name, item in zip(node.keys, node.values, strict=True):
            if name is None:
                yield from tracer.step(tracer.trace(item, scope), key)
            else:
                yield from _at(tracer, name, item, scope, key)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for position, item in enumerate(node.elts):
            if isinstance(item, ast.Starred):
                yield from tracer.step(tracer.trace(item.value, scope), "*")
            elif key in {"*", str(position)}:
                yield from tracer.trace(item, scope)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield from tracer.trace(node.elt, scope.module.scopes[node.elt])
    elif isinstance(node, ast.DictComp):
        yield from tracer.trace(node.value, scope.module.scopes[node.value])
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        made = next(function for function in scope.module.functions if function.node is node)
        for item in made.yields:
            yield from tracer.trace(item, made.scope)
    place = scope.module.containers.get(node)
    for mutation in place[0].mutations.get(place[1], ()) if place else ():
        yield from _put(tracer, mutation, key)


def _put(tracer: Tracer, mutation: Mutation, key: str) -> Iterator[Value]:
    if mutation.spread:
        yield from tracer.step(tracer.trace(mutation.value, mutation.scope), key)
    elif mutation.key is None:
        yield from tracer.trace(mutation.value, mutation.scope)
    else:
        yield from _at(tracer, mutation.key, mutation.value, mutation.scope, key)


def _at(tracer: Tracer, name: ast.expr, item: ast.expr, scope: Scope, key: str) -> Iterator[Value]:
    """An entry of a mapping, if its key can be the one asked for. Functions remember their keys."""
    keys = tracer.keys(name, scope)
    if key != "*" and "*" not in keys and key not in keys:
        return
    for value in tracer.trace(item, scope):
        if isinstance(value.origin, FunctionRef) and not value.path:
            labels = frozenset(keys) - {"*"}
            yield Value(
                FunctionRef(value.origin.function, value.origin.labels | (labels if len(labels) == 1 else frozenset()))
            )
        else:
            yield value
