"""Operations on DynamoDB tables: which table, which operation, which index, which items and keys."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from migrator.scan.python.describe import TableName, table_names
from migrator.scan.python.model import Class, Function, Scope
from migrator.scan.python.program import Program
from migrator.scan.python.sites import CallSite
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import AwsClient, Called, Container, Origin, Value, Values, constants

MOST_CONTEXTS: Final = 4
"""Callers of callers that are told apart; helpers of helpers of helpers are rare."""

MOST_SITES: Final = 40
"""Callers of one helper that are told apart; with more, their tables are united."""

OPERATIONS: Final = frozenset(
    {
        "put_item", "get_item", "delete_item", "update_item", "query", "scan", "batch_get_item", "batch_write_item",
        "transact_write_items", "transact_get_items", "paginate",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class StoreCall:
    """One operation in the code, as the callers in `through` come to it."""

    call: ast.Call
    scope: Scope
    operation: str
    tables: tuple[TableName, ...]
    index: str | None
    tracer: Tracer
    through: tuple[CallSite, ...] = ()

    def argument(self, name: str) -> ast.expr | None:
        """The expression of a keyword argument, also of one that is spread from a dictionary."""
        given = keyword(self.call, name)
        spread = next((item.value for item in self.call.keywords if item.arg is None), None)
        if given is not None or spread is None:
            return given
        inside = ast.Subscript(value=spread, slice=ast.Constant(value=name), ctx=ast.Load())
        return inside if self.tracer.trace(inside, self.scope) else None


def store_calls(program: Program) -> Iterator[StoreCall]:
    for module in program.loaded:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPERATIONS:
                yield from _in_contexts(program, node, module.scopes[node], {})


def _in_contexts(
    program: Program, call: ast.Call, scope: Scope, pinned: dict[Function, CallSite]
) -> Iterator[StoreCall]:
    """A helper for any table is one operation for each of its callers, so that their tables are not mixed up."""
    tracer = Tracer(program.modules, Pinned(program, pinned)) if pinned else program.tracer
    found = store_call(tracer, call, scope)
    if found is None:
        return
    if len(found.tables) > 1 and len(pinned) < MOST_CONTEXTS:
        told_apart = next(_mixing(program, tracer, call, scope, pinned), None)
        if told_apart is not None:
            function, sites = told_apart
            for site in sites:
                yield from _in_contexts(program, call, scope, {**pinned, function: site})
            return
    yield replace(found, through=tuple(pinned.values()))


def _mixing(
    program: Program, tracer: Tracer, call: ast.Call, scope: Scope, pinned: dict[Function, CallSite]
) -> Iterator[tuple[Function, list[CallSite]]]:
    """Functions that several callers give a table to: first the one that makes it, then the callers in turn."""
    assert isinstance(call.func, ast.Attribute)
    chain = [scope.function, *(site.caller for site in pinned.values())]
    for value in tracer.trace(call.func.value, scope):
        table = _owner(value.origin)
        maker = table.scope.function if isinstance(table, Called) else None
        if maker is not None and maker not in pinned and maker is not scope.function:
            sites = [site for site in program.sites_of(maker) if site.caller in chain]
            if 0 < len(sites) <= MOST_SITES:
                yield maker, sites
    for function in chain:
        if function is not None and function not in pinned:
            sites = list(program.sites_of(function))
            if 0 < len(sites) <= MOST_SITES:
                yield function, sites


class Pinned:
    """A program in which some functions have one caller only."""

    def __init__(self, program: Program, pinned: dict[Function, CallSite]) -> None:
        self.program, self.pinned = program, pinned

    def sites_of(self, function: Function) -> Iterable[CallSite]:
        return [self.pinned[function]] if function in self.pinned else self.program.sites_of(function)

    def is_handler(self, function: Function) -> bool:
        return self.program.is_handler(function)

    def constructions(self, cls: Class) -> Iterable[CallSite]:
        return self.program.constructions(cls)


def store_call(tracer: Tracer, call: ast.Call, scope: Scope) -> StoreCall | None:
    """None when the call is not on a DynamoDB table or client."""
    assert isinstance(call.func, ast.Attribute)
    tables: list[TableName] = []
    operation = call.func.attr
    matched = False
    for value in sorted(tracer.trace(call.func.value, scope), key=lambda v: (type(v.origin).__name__, v.path)):
        owner = _owner(value.origin)
        if isinstance(owner, AwsClient) and owner.service == "dynamodb":
            matched = True
            named = keyword(call, "TableName")
            tables.extend(
                table_names(tracer, tracer.trace(named, scope))
                if named is not None
                else _requested(tracer, call, scope)
            )
            operation = _paginated(tracer, value.origin, operation)
        elif isinstance(owner, Called) and owner.method == "Table":
            matched = True
            tables.extend(_table_of(tracer, owner))
    if not matched:
        return None
    named_index = keyword(call, "IndexName")
    indexes = sorted(constants(tracer.trace(named_index, scope))) if named_index is not None else []
    index = next(iter(indexes), "?" if named_index is not None else None)
    return StoreCall(call, scope, operation, tuple(dict.fromkeys(tables)), index, tracer)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((item.value for item in call.keywords if item.arg == name), None)


def mapping_keys(tracer: Tracer, values: Values) -> dict[str, Values]:
    """The literal keys of the mappings among the values, and what stands there; type tags are opened."""
    found: dict[str, Values] = {}
    for value in values:
        if not isinstance(value.origin, Container) or value.path:
            continue
        for name in _literal_keys(tracer, value.origin):
            found[name] = found.get(name, frozenset()) | open_tag(tracer, tracer.step(frozenset({value}), name))
    return found


def open_tag(tracer: Tracer, values: Values) -> Values:
    """What the low-level form {"S": x} holds; other values as they are."""
    opened: set[Value] = set()
    for value in values:
        keys = _literal_keys(tracer, value.origin) if isinstance(value.origin, Container) and not value.path else []
        if len(keys) == 1 and keys[0] in {"S", "N", "BOOL", "L", "SS", "M"}:
            opened |= tracer.step(frozenset({value}), keys[0])
        else:
            opened.add(value)
    return frozenset(opened)


def _literal_keys(tracer: Tracer, container: Container, seen: frozenset[ast.AST] = frozenset()) -> list[str]:
    """`seen`: mappings that are being read; `x = {**x, "a": 1}` spreads itself."""
    keys: list[str] = []
    seen |= {container.node}
    if isinstance(container.node, ast.Dict):
        for key, item in zip(container.node.keys, container.node.values, strict=True):
            if key is None:
                spread = tracer.trace(item, container.scope)
                keys.extend(
                    name
                    for v in spread
                    if isinstance(v.origin, Container) and not v.path and v.origin.node not in seen
                    for name in _literal_keys(tracer, v.origin, seen)
                )
            else:
                keys.extend(name for name in tracer.keys(key, container.scope) if name != "*")
    elif isinstance(container.node, ast.Call):
        keys.extend(item.arg for item in container.node.keywords if item.arg)
    place = container.scope.module.containers.get(container.node)
    for mutation in place[0].mutations.get(place[1], ()) if place else ():
        if mutation.key is not None:
            keys.extend(name for name in tracer.keys(mutation.key, mutation.scope) if name != "*")
    return list(dict.fromkeys(keys))


def _owner(origin: Origin) -> Origin:
    """The client or table behind batch writers and paginators."""
    while (
        isinstance(origin, Called)
        and origin.method in {"batch_writer", "get_paginator"}
        and origin.receiver is not None
    ):
        origin = origin.receiver
    return origin


def _table_of(tracer: Tracer, table: Called) -> list[TableName]:
    argument = table.node.args[0] if table.node.args else keyword(table.node, "name")
    return table_names(tracer, tracer.trace(argument, table.scope)) if argument is not None else []


def _paginated(tracer: Tracer, origin: Origin, operation: str) -> str:
    if operation == "paginate" and isinstance(origin, Called) and origin.node.args:
        return next(iter(sorted(constants(tracer.trace(origin.node.args[0], origin.scope)))), operation)
    return operation


def _requested(tracer: Tracer, call: ast.Call, scope: Scope) -> list[TableName]:
    """Tables of batch and transaction requests: the keys of RequestItems, or TableName further inside."""
    requested = keyword(call, "RequestItems")
    if isinstance(requested, ast.Dict):
        keys = [tracer.trace(key, scope) for key in requested.keys if key is not None]
        return [name for values in keys for name in table_names(tracer, values)]
    found: list[TableName] = []
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "TableName":
                    found.extend(table_names(tracer, tracer.trace(item, scope)))
    return found
