"""Keys of a message that code does not read one by one, but hands to something that declares them: the fields of a
Pydantic model or a dataclass, and parameters that are filled with `**message`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.python.annotations import Annotated, annotated
from migrator.scan.python.keypaths import ELEMENT, Path
from migrator.scan.python.kinds import Use
from migrator.scan.python.model import Class, Function, Module, Scope
from migrator.scan.python.naming import last_name
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import ClassRef, FunctionRef, Values

_FROM_VALUE: Final = frozenset({"model_validate", "model_validate_json", "parse_obj", "parse_raw"})
"""What Pydantic makes a model of a message with, of its second version and of its first."""

DEEPEST: Final = 4
"""Models inside of models that are followed."""


@dataclass(frozen=True)
class Declared:
    """path: from the message. uses: what the annotation says of it."""

    path: Path
    required: bool
    location: Location
    literals: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()


def declared_keys(
    call: ast.Call, module: Module, tracer: Tracer, paths: Callable[[Values], list[Path]]
) -> Iterator[Declared]:
    """Keys that the message, or an object inside of it, is asked for by what it is handed to whole. `paths`: the ways
    to values, from where keys are counted."""
    scope = module.scopes[call]
    if isinstance(call.func, ast.Attribute) and call.func.attr in _FROM_VALUE and call.args:
        for base in paths(tracer.trace(call, scope)):  # which is what it makes a model of, parsed where it is text
            for value in tracer.trace(call.func.value, scope):
                if isinstance(value.origin, ClassRef) and not value.path:
                    yield from _fields(value.origin.cls, base, tracer, ())
        return
    spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
    bases = sorted({path for node in spread for path in paths(tracer.trace(node, scope))})
    if not bases:
        return
    named = {keyword.arg for keyword in call.keywords}
    for value in tracer.trace(call.func, scope):
        for base in bases if not value.path else ():
            if isinstance(value.origin, ClassRef):
                yield from _taken(value.origin.cls, base, tracer, named)
            elif isinstance(value.origin, FunctionRef):
                yield from _parameters(value.origin.function, base, tracer, named, len(call.args))


def _taken(cls: Class, base: Path, tracer: Tracer, named: set[str | None]) -> Iterator[Declared]:
    initial = cls.methods.get("__init__")
    if initial is not None:
        yield from _parameters(initial, base, tracer, named, 0)
    else:
        yield from (key for key in _fields(cls, base, tracer, ()) if key.path[len(base)] not in named)


def _parameters(
    function: Function, base: Path, tracer: Tracer, named: set[str | None], given: int
) -> Iterator[Declared]:
    """Those that the call does not fill in another way; `given`: arguments without a name."""
    arguments = function.node.args
    filled = {*named, *function.positional[: given + function.bound]}
    positional_only = {argument.arg for argument in arguments.posonlyargs}
    for argument in (*arguments.args, *arguments.kwonlyargs):
        if argument.arg not in filled and argument.arg not in positional_only:
            plain = Declared(
                (*base, argument.arg), function.default(argument.arg) is None, function.module.location(argument)
            )
            scope = function.scope.parent or function.scope
            yield from _typed(plain, argument.annotation, scope, tracer, ())


def _fields(cls: Class, base: Path, tracer: Tracer, inside: tuple[Class, ...]) -> Iterator[Declared]:
    """Of a class and its bases; a field that is declared again counts where it is declared last."""
    if cls in inside or len(inside) >= DEEPEST:
        return
    seen: set[str] = set()
    for one in _with_bases(cls, tracer):
        for item in one.node.body:
            if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
                continue
            name = item.target.id
            if name in seen or name.startswith("_") or "ClassVar" in ast.unparse(item.annotation):
                continue
            seen.add(name)
            plain = Declared((*base, _alias(item) or name), not _has_default(item), one.module.location(item))
            yield from _typed(plain, item.annotation, one.scope, tracer, (*inside, cls))


def _with_bases(cls: Class, tracer: Tracer) -> list[Class]:
    found, waiting = [cls], [cls]
    while waiting:
        one = waiting.pop(0)
        for base in one.node.bases:
            for value in tracer.trace(base, one.scope.parent or one.scope):
                if isinstance(value.origin, ClassRef) and not value.path and value.origin.cls not in found:
                    found.append(value.origin.cls)
                    waiting.append(value.origin.cls)
    return found


def _typed(
    plain: Declared, annotation: ast.expr | None, scope: Scope, tracer: Tracer, inside: tuple[Class, ...]
) -> Iterator[Declared]:
    """The key, and those inside of it when it is a model, or a list of models."""
    said = Annotated() if annotation is None else annotated(annotation, scope, tracer)
    yield replace(plain, literals=said.literals, uses=said.uses)
    if said.model is not None:
        step = (ELEMENT,) if "list" in said.uses else ()
        yield from _fields(said.model, (*plain.path, *step), tracer, inside)


def _alias(item: ast.AnnAssign) -> str | None:
    """Of `Field(alias="…")`; what a message is read by goes before what it is written by."""
    if not isinstance(item.value, ast.Call):
        return None
    given = {keyword.arg: keyword.value for keyword in item.value.keywords}
    for name in ("validation_alias", "alias"):
        value = given.get(name)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _has_default(item: ast.AnnAssign) -> bool:
    if not isinstance(item.value, ast.Call):
        return item.value is not None and not _is_ellipsis(item.value)
    first = item.value.args[:1]
    by_name = any(keyword.arg in {"default", "default_factory"} for keyword in item.value.keywords)
    made_by = last_name(item.value.func)
    return by_name or (bool(first) and not _is_ellipsis(first[0])) or made_by.lower() != "field"


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
