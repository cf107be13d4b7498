"""Tables and Redis keys that scripts use to keep connections, as uses of the inventory's stores."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from migrator.inventory.model import Store, StoreUse, TableIndex
from migrator.inventory.record import Location
from migrator.scan.declared import DeclaredTable
from migrator.scan.node.operations import method_name, receiver, request, table_operation
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.pushes import Entry
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node, qualified_name
from migrator.scan.node.values import ELEMENT, Values, is_sender, texts, variables
from migrator.scan.python.describe import CONNECTION_KEY

_REDIS: Final = frozenset(
    {
        "sadd", "srem", "smembers", "hset", "hdel", "hget", "hgetall", "hkeys", "set", "get", "del", "sAdd", "sRem",
        "sMembers", "hSet", "hDel", "hGet", "hGetAll", "hKeys", "setex", "zadd",
    }
)  # fmt: skip
_REDIS_CLIENT: Final = re.compile(r"(?i)redis|cluster")
_EXPIRY: Final = frozenset({"ttl", "expires_at", "expiresat", "expire_at", "expireat", "expires"})


@dataclass
class _Found:
    variable: str | None
    name: str | None
    uses: dict[tuple[Location, str], StoreUse] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    attributes: dict[str, None] = field(default_factory=dict)
    holds: bool = False
    foreign: list[str] = field(default_factory=list)


def with_node_uses(
    stores: Sequence[Store],
    program: NodeProgram,
    entries: Sequence[Entry],
    tables: Sequence[DeclaredTable],
    environment: Mapping[str, str],
) -> list[Store]:
    """The stores, with what scripts do to them, and those that only scripts use."""
    found: dict[str, _Found] = {}
    for module in program.modules.loaded:
        for node in module.tree.within("new_expression", "call_expression"):
            _enter(found, node, program, entries, environment)
    merged = list(stores)
    declared = {table.name: table for table in tables}
    for item in found.values():
        table = declared.get(item.name or "")
        at = next((n for n, store in enumerate(merged) if _same(store, item, table)), None)
        if at is not None:
            merged[at] = _joined(merged[at], item)
        elif item.name or item.variable or item.holds:
            merged.append(_store(item, table))
    return merged


def _enter(
    found: dict[str, _Found], node: Node, program: NodeProgram, entries: Sequence[Entry], environment: Mapping[str, str]
) -> None:
    operation = table_operation(node)
    on_redis = operation is None and node.kind == "call_expression" and method_name(node) in _REDIS
    if operation is None and not on_redis:
        return
    tracers = [entry.view.tracer for entry in entries if entry.view.reaches(node)] or [program.whole()]
    if operation is not None:
        for tracer in tracers:
            _table_use(found, node, operation, tracer, environment)
    if on_redis:
        for tracer in tracers:
            _redis_use(found, node, tracer)


def _table_use(
    found: dict[str, _Found], node: Node, operation: str, tracer: Tracer, environment: Mapping[str, str]
) -> None:
    given = frozenset(value for value in tracer.trace(request(node)) if value.origin.kind in {"object", "parameter"})
    if operation.startswith(("batch_", "transact_")):
        given = _inside(tracer, given)
    named = tracer.step(given, "TableName")
    by_method = node.kind == "call_expression"
    if not given or (by_method and not named):
        return
    for variable, name in _names(named):
        item = _item(found, variable, environment.get(variable or "", name), node)
        index = next(iter(texts(tracer.step(given, "IndexName"))), None)
        use = StoreUse(location=node.location, operation=operation, index=index, function=qualified_name(node))
        item.uses[node.location, operation] = use
        _learn(item, node, operation, given, tracer)


def _names(named: Values) -> list[tuple[str | None, str | None]]:
    by_variable, by_name = variables(named), texts(named)
    if len(by_variable) == 1:
        return [(by_variable[0], by_name[0] if by_name else None)]
    return [*((name, None) for name in by_variable), *((None, name) for name in by_name)] or [(None, None)]


def _item(found: dict[str, _Found], variable: str | None, name: str | None, node: Node) -> _Found:
    item = found.setdefault(name or variable or f"?{node.location.path}", _Found(variable, name))
    item.variable = item.variable or variable
    return item


def _inside(tracer: Tracer, given: Values) -> Values:
    """The single requests of a batch or a transaction."""
    found = given
    for step in ("TransactItems", "RequestItems"):
        items = tracer.step(tracer.step(given, step), ELEMENT)
        found |= tracer.step(items, ELEMENT) | tracer.step(tracer.step(items, ELEMENT), ELEMENT)
    return found


def _learn(item: _Found, node: Node, operation: str, given: Values, tracer: Tracer) -> None:
    where = f"{node.location.path}:{node.location.line}"
    written, key = tracer.step(given, "Item"), tracer.step(given, "Key")
    key_names = entries_of(tracer, key)
    item.keys.update(dict.fromkeys(key_names))
    about_key = [name for name, values in key_names.items() if _about(name, values)]
    names = entries_of(tracer, written)
    if names:
        item.attributes.update(dict.fromkeys(names))
        about = any(_about(name, values) for name, values in names.items())
        item.holds = item.holds or about
        if not about:
            shown = ", ".join(list(names)[:4])
            item.foreign.append(f"items without a connection id are written ({shown}; {where})")
    if about_key:
        item.holds = True
    elif operation == "update_item" and key_names:
        item.foreign.append(f"items keyed by {', '.join(key_names)} are updated ({where})")
    projected = " ".join(texts(tracer.step(given, "ProjectionExpression"))).split(",")
    item.holds = item.holds or any(CONNECTION_KEY.match(name.strip()) for name in projected)


def entries_of(tracer: Tracer, values: Values) -> dict[str, Values]:
    """Names in object literals and what each is given."""
    found: dict[str, Values] = {}
    for value in values:
        if value.origin.kind != "object" or value.path or value.origin.node is None:
            continue
        for child in value.origin.node.children:
            key = child if child.kind == "shorthand_property_identifier" else child.field("key")
            if key is not None:
                name = key.text.strip("\"'")
                found[name] = tracer.step(frozenset({value}), name)
            elif child.kind == "spread_element":
                found |= entries_of(tracer, tracer.trace(child))
    return found


def _about(name: str, values: Values) -> bool:
    return (
        bool(CONNECTION_KEY.match(name))
        or any(map(is_sender, values))
        or any(
            value.origin.kind == "object" and value.origin.node is not None and "connectionId" in value.origin.node.text
            for value in values
        )
    )


def _redis_use(found: dict[str, _Found], node: Node, tracer: Tracer) -> None:
    on, given = receiver(node), node.arguments()
    if on is None or not given or not _is_redis(on, tracer):
        return
    holds = any(_holds_sender(argument, tracer) for argument in given)
    name = f"redis {_key_of(given[0])}"
    item = found.setdefault(name, _Found(None, name))
    item.holds = item.holds or holds
    use = StoreUse(location=node.location, operation=method_name(node).lower(), function=qualified_name(node))
    item.uses[node.location, use.operation] = use


def _is_redis(on: Node, tracer: Tracer) -> bool:
    values = tracer.trace(on)
    made = any(value.origin.kind == "made" and _REDIS_CLIENT.search(value.origin.name) for value in values)
    package = any(value.origin.kind == "package" and _REDIS_CLIENT.search(value.origin.name) for value in values)
    return made or package or (not values and bool(_REDIS_CLIENT.search(on.text)))


def _holds_sender(argument: Node, tracer: Tracer) -> bool:
    return any(
        any(map(is_sender, tracer.trace(node)))
        for node in argument.within("identifier", "member_expression", "shorthand_property_identifier")
    )


def _key_of(node: Node) -> str:
    """A key with its placeholders as '*'."""
    text = re.sub(r"\$\{[^}]*\}", "*", node.text).strip("`\"'")
    return text if node.kind in {"string", "template_string"} else node.text[:60]


def _same(store: Store, item: _Found, table: DeclaredTable | None) -> bool:
    if table is not None:
        return store.resource == table.id
    return bool(item.name and store.table == item.name) or bool(item.variable and store.variable == item.variable)


def _joined(store: Store, item: _Found) -> Store:
    holds = store.holds_connections or item.holds
    return store.model_copy(
        update={
            "variable": store.variable or item.variable,
            "uses": (*store.uses, *item.uses.values()),
            "attributes": tuple(dict.fromkeys([*store.attributes, *item.attributes])),
            "holds_connections": holds,
            "other_uses": tuple(dict.fromkeys([*store.other_uses, *(item.foreign if holds else ())])),
            "ttl_attribute": store.ttl_attribute or _ttl(item),
            "keys": store.keys or tuple(item.keys),
        }
    )


def _store(item: _Found, table: DeclaredTable | None) -> Store:
    first = next(iter(item.uses.values()))
    keys = table.keys if table else tuple(item.keys)
    holds = item.holds or any(CONNECTION_KEY.match(key) for key in keys)
    return Store(
        id=(table.id if table else None) or item.variable or item.name or "unknown table",
        table=item.name if not (item.name or "").startswith("redis ") else None,
        variable=item.variable,
        resource=table.id if table else None,
        keys=keys,
        indexes=tuple(TableIndex(name=name, keys=parts) for name, parts in table.indexes) if table else (),
        ttl_attribute=(table.ttl_attribute if table else None) or _ttl(item),
        attributes=tuple(item.attributes),
        uses=tuple(item.uses.values()),
        holds_connections=holds,
        other_uses=tuple(dict.fromkeys(item.foreign)) if holds else (),
        location=table.location if table else first.location,
    )


def _ttl(item: _Found) -> str | None:
    return next((name for name in item.attributes if name.lower() in _EXPIRY), None)
