"""Tables that code uses and no infrastructure declares, with the keys by which the code asks for their items.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from migrator.scan.python.describe import CONNECTION_KEY
from migrator.scan.python.naming import last_name
from migrator.scan.python.store_calls import StoreCall, mapping_keys
from migrator.scan.python.values import constants

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_COMPARED: Final = re.compile(r"(#?[\w.-]+)\s*(?:=|<|>|BETWEEN\b)\s*:|begins_with\s*\(\s*(#?[\w.-]+)", re.IGNORECASE)
MOST_KEYS: Final = 2
MOST_INDEXES: Final = 20


def assumed_table(name: str, calls: Sequence[StoreCall]) -> dict[str, object] | None:
    """CreateTable arguments; None when the calls don't tell what its items are found by.

    Without a call that finds an item, the key is an attribute that is written: a connection id, else the first.
    """
    keys = _merged(_sought(calls, index=None)) or _written(calls)
    if not keys or not _NAME.fullmatch(name):
        return None
    indexes: dict[str, list[str]] = {}
    for index in dict.fromkeys(call.index for call in calls if call.index and _NAME.fullmatch(call.index)):
        parts = _merged(_sought(calls, index=index))
        if parts:
            indexes[index] = parts
    kinds = _kinds(calls)
    attributes = dict.fromkeys([*keys, *(key for parts in indexes.values() for key in parts)])
    definition: dict[str, object] = {
        "TableName": name,
        "KeySchema": _schema(keys),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kinds.get(key, "S")} for key in attributes],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [
            {"IndexName": index, "KeySchema": _schema(parts), "Projection": {"ProjectionType": "ALL"}}
            for index, parts in list(indexes.items())[:MOST_INDEXES]
        ]
    return definition


def _schema(keys: Sequence[str]) -> list[dict[str, str]]:
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]


def _sought(calls: Sequence[StoreCall], *, index: str | None) -> Iterator[list[str]]:
    """For each call on the table, or on an index of it, the keys by which it finds items."""
    for call in calls:
        if call.index != index:
            continue
        condition = call.argument("KeyConditionExpression")
        if condition is not None:
            yield _compared(call, condition)
        for key in ("Key", "ExclusiveStartKey") if index is None else ():
            given = call.argument(key)
            if given is not None:
                yield list(mapping_keys(call.tracer, call.tracer.trace(given, call.scope)))


def _merged(sought: Iterator[list[str]]) -> list[str]:
    """The longest that is still a key, in the order in which a condition has it."""
    found = [keys for keys in sought if 0 < len(keys) <= MOST_KEYS]
    return max(found, key=len, default=[])


def _compared(call: StoreCall, condition: ast.expr) -> list[str]:
    """Attributes of `Key("a").eq(x) & Key("b").gt(y)`, or of "a = :x AND b > :y"; the one compared with = is first."""
    found: dict[str, bool] = {}
    for node in ast.walk(condition):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
            and _named(node.func.value) == "Key"
            and node.func.value.args
        ):
            for name in constants(call.tracer.trace(node.func.value.args[0], call.scope)):
                found[name] = node.func.attr == "eq"
    if not found:
        placeholders = _placeholders(call)
        for text in sorted(constants(call.tracer.trace(condition, call.scope))):
            for compared in _COMPARED.finditer(text):
                name = compared[1] or compared[2]
                found[placeholders.get(name, name)] = compared[1] is not None and "=" in compared[0]
    return sorted(found, key=lambda name: not found[name])


def _named(call: ast.Call) -> str:
    return last_name(call.func)


def _placeholders(call: StoreCall) -> dict[str, str]:
    given = call.argument("ExpressionAttributeNames")
    if given is None:
        return {}
    named = mapping_keys(call.tracer, call.tracer.trace(given, call.scope))
    return {name: value for name, values in named.items() for value in constants(values)}


def _written(calls: Sequence[StoreCall]) -> list[str]:
    names: dict[str, None] = {}
    for call in calls:
        item = call.argument("Item")
        if item is not None:
            names |= dict.fromkeys(mapping_keys(call.tracer, call.tracer.trace(item, call.scope)))
    return sorted(names, key=lambda name: not CONNECTION_KEY.match(name))[:1]


def _kinds(calls: Sequence[StoreCall]) -> dict[str, str]:
    """'N' for attributes that are written as {"N": …} or as a number that the code makes."""
    found: dict[str, str] = {}
    for call in calls:
        for argument in ("Key", "Item"):
            mapping = call.argument(argument)
            if isinstance(mapping, ast.Dict):
                for key, value in zip(mapping.keys, mapping.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str) and _is_number(value):
                        found[key.value] = "N"
    return found


def _is_number(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict):
        return [key.value for key in value.keys if isinstance(key, ast.Constant)] == ["N"]
    if isinstance(value, ast.Call):
        return _named(value) in {"int", "Decimal"}
    return isinstance(value, ast.Constant) and isinstance(value.value, int) and not isinstance(value.value, bool)
