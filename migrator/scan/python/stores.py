"""Tables that the code uses: what is written to them, and whether connection ids are all that they hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from migrator.inventory.assumed import assumed_name
from migrator.inventory.model import Store, StoreUse, TableIndex
from migrator.scan.declared import DeclaredTable
from migrator.scan.python.assumed_tables import assumed_table
from migrator.scan.python.describe import CONNECTION_KEY, TableName
from migrator.scan.python.program import Program
from migrator.scan.python.pushes import Entry
from migrator.scan.python.recipients import item_connection_keys
from migrator.scan.python.store_calls import StoreCall, mapping_keys, store_calls
from migrator.scan.python.values import Constant

_CONTENT: Final = re.compile(
    r"(?i)histor|^messages?$|transcript|conversation|content|^chat|score|^orders?$|^items?$|^cards?$|^parts?$|^state$"
)
"""Attributes that hold what a connection said or did rather than what it is."""

_ASSIGNED: Final = re.compile(r"([#\w.]+)\s*=|(?:ADD|DELETE|,)\s+([#\w]+)\s+:")


@dataclass
class _Found:
    name: TableName
    calls: list[StoreCall] = field(default_factory=list)


def stores(
    program: Program,
    environments: Mapping[str, Mapping[str, str]],
    tables: Sequence[DeclaredTable],
    entries: Sequence[Entry],
) -> list[Store]:
    """Every table that code or infrastructure names. `environments`: each handler's variables, and under '' those of
    all of them; `entries` tell who uses a table."""
    found: dict[str, _Found] = {}
    for call in store_calls(program):
        for name in call.tables or (TableName(None, None),):
            for resolved in _names(call, name, entries, environments):
                key = resolved or name.variable or f"?{call.scope.module.path}"
                entry = found.setdefault(key, _Found(TableName(name.variable, resolved)))
                if entry.name.variable is None and name.variable:
                    entry.name = TableName(name.variable, entry.name.name)
                entry.calls.append(call)
    declared = {table.name: table for table in tables}
    made: list[Store] = []
    for item in found.values():
        store = _store(item, declared.get(item.name.name or ""), entries)
        if store.table is None and store.variable is None and not store.holds_connections:
            continue
        taken = {other.id for other in made}
        made.append(
            store
            if store.id not in taken
            else store.model_copy(update={"id": store.table or f"{store.id} {len(made)}"})
        )
    used = {store.resource for store in made}
    return [*made, *(_unused(table) for table in tables if table.id not in used)]


def _names(
    call: StoreCall, name: TableName, entries: Sequence[Entry], environments: Mapping[str, Mapping[str, str]]
) -> list[str | None]:
    """The table's names in the functions that come to the call; one variable can differ between functions."""
    if name.variable is None:
        return [name.name]
    reaching = dict.fromkeys(entry.handler for entry in entries if _reaches(entry, call))
    values = [environments.get(handler, {}).get(name.variable) for handler in reaching]
    known = list(dict.fromkeys(value for value in values if value is not None))
    return [*known] or [environments.get("", {}).get(name.variable, name.name)]


def _reaches(entry: Entry, call: StoreCall) -> bool:
    view = entry.view
    return view.reaches(call.call, call.scope.module) and all(
        site.caller is None or view.reaches(site.call, site.scope.module) for site in call.through
    )


def _store(found: _Found, table: DeclaredTable | None, entries: Sequence[Entry]) -> Store:
    reader = _Reader(found.calls)
    reader.read()
    keys = table.keys if table else tuple(reader.keys)
    holds = reader.holds or any(CONNECTION_KEY.match(key) for key in keys)
    first = found.calls[0]
    return Store(
        id=(table.id if table else None) or found.name.variable or found.name.name or "unknown table",
        table=found.name.name,
        variable=found.name.variable,
        resource=table.id if table else None,
        keys=keys,
        indexes=tuple(TableIndex(name=name, keys=parts) for name, parts in table.indexes) if table else (),
        ttl_attribute=(table.ttl_attribute if table else None) or reader.ttl,
        attributes=tuple(reader.attributes),
        uses=tuple({(use.location, use.operation): use for use in map(_use, found.calls)}.values()),
        holds_connections=holds,
        other_uses=(*reader.others(), *_others_users(found.calls, entries)) if holds else (),
        assumed=None if table else _assumed(found),
        location=table.location if table else first.scope.module.location(first.call),
    )


def _assumed(found: _Found) -> dict[str, object] | None:
    variable = found.name.variable
    name = found.name.name or (assumed_name(variable) if variable else None)
    return assumed_table(name, found.calls) if name else None


def _unused(table: DeclaredTable) -> Store:
    return Store(
        id=table.id,
        table=table.name,
        resource=table.id,
        keys=table.keys,
        indexes=tuple(TableIndex(name=name, keys=keys) for name, keys in table.indexes),
        ttl_attribute=table.ttl_attribute,
        holds_connections=any(CONNECTION_KEY.match(key) for key in table.keys),
        location=table.location,
    )


def _use(call: StoreCall) -> StoreUse:
    function = call.scope.function
    return StoreUse(
        location=call.scope.module.location(call.call),
        operation=call.operation,
        index=call.index,
        function=function.qualname if function else "",
    )


class _Reader:
    """What the calls on one table say of its items."""

    def __init__(self, calls: Iterable[StoreCall]) -> None:
        self.calls = list(calls)
        self.attributes: dict[str, None] = {}
        self.keys: dict[str, None] = {}
        self.holds = False
        self.ttl: str | None = None
        self.foreign: list[str] = []
        """Items that are written without a connection id."""
        self.inside: list[str] = []
        """Updates that put a connection id into an item that is about something else."""
        self.written_with = False

    def read(self) -> None:
        for call in self.calls:
            key, item = call.argument("Key"), call.argument("Item")
            if key is not None:
                self._key(call, key)
            if item is not None:
                self._item(call, item)
        self.ttl = next(
            (name for name in self.attributes if name.lower() in {"ttl", "expires_at", "expiresat", "expire_at"}), None
        )

    def others(self) -> list[str]:
        """Why the table is more than a list of connections."""
        content = [f"it keeps {name} of each connection" for name in self.attributes if _CONTENT.search(name)]
        return list(dict.fromkeys([*content, *self.foreign, *([] if self.written_with else self.inside)]))

    def _key(self, call: StoreCall, key: ast.expr) -> None:
        values = call.tracer.trace(key, call.scope)
        names = mapping_keys(call.tracer, values)
        about = item_connection_keys(call.tracer, values)
        self.keys.update(dict.fromkeys(names))
        self.holds = self.holds or bool(about)
        if call.operation != "update_item":
            return
        written = self._updated(call)
        self.attributes.update(dict.fromkeys(written))
        connection = [name for name in written if CONNECTION_KEY.match(name)]
        if connection and names and not about:
            self.holds = True
            self.inside.append(
                f"items are keyed by {', '.join(names)}, and {connection[0]} is one attribute of them ({_where(call)})"
            )
        elif names and not about and written:
            self.foreign.append(f"items keyed by {', '.join(names)} get {', '.join(written[:4])} ({_where(call)})")

    def _item(self, call: StoreCall, item: ast.expr) -> None:
        values = call.tracer.trace(item, call.scope)
        names = mapping_keys(call.tracer, values)
        self.attributes.update(dict.fromkeys(names))
        about = item_connection_keys(call.tracer, values)
        if about:
            self.holds = self.written_with = True
        elif names:
            self.foreign.append(
                f"items without a connection id are written ({', '.join(list(names)[:4])}; {_where(call)})"
            )
        else:
            self.foreign.append(f"items are written whose attributes are not known ({_where(call)})")

    def _updated(self, call: StoreCall) -> list[str]:
        expression = call.argument("UpdateExpression")
        if expression is None:
            return []
        texts = [
            node.value
            for value in call.tracer.trace(expression, call.scope)
            for node in ast.walk(getattr(value.origin, "node", ast.Constant(value=getattr(value.origin, "value", ""))))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        aliases = call.argument("ExpressionAttributeNames")
        known = mapping_keys(call.tracer, call.tracer.trace(aliases, call.scope)) if aliases is not None else {}
        names: list[str] = []
        for text in texts:
            for one, other in _ASSIGNED.findall(text):
                name = one or other
                meant = [v.origin.value for v in known.get(name, ()) if isinstance(v.origin, Constant)]
                names.append(str(meant[0]) if meant else name.lstrip("#"))
        return list(dict.fromkeys(names))


def _others_users(calls: Sequence[StoreCall], entries: Sequence[Entry]) -> list[str]:
    """Handlers that aren't on the WebSocket path and write here."""
    by_route = {entry.handler for entry in entries if entry.route is not None}
    named: dict[str, None] = {}
    for call in calls:
        if call.operation not in {"put_item", "update_item", "batch_write_item", "transact_write_items"}:
            continue
        for entry in entries:
            if entry.handler not in by_route and _reaches(entry, call):
                named[f"{entry.handler}, which serves no route, writes to it ({_where(call)})"] = None
    return list(named)


def _where(call: StoreCall) -> str:
    location = call.scope.module.location(call.call)
    return f"{location.path}:{location.line}"
