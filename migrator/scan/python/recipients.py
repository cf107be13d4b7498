"""Whom a push addresses: where its connection id comes from, in a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import Recipient
from migrator.scan.python.describe import CONNECTION_KEY, TableRead, is_sender, message_path, path_of, table_read
from migrator.scan.python.naming import last_name
from migrator.scan.python.store_calls import keyword, mapping_keys, store_call
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import (
    Called,
    Constant,
    Container,
    Environment,
    Event,
    Parameter,
    Text,
    Unknown,
    Value,
    Values,
)
from migrator.scan.python.views import View

WIDER: Final[dict[Recipient, int]] = {"unknown": 4, "all": 3, "group": 2, "one": 1, "self": 0}
PERSONAL: Final = re.compile(
    r"(?i)user|owner|player|customer|account|member|email|driver|device|client|sub$|person|job|task|session|request"
)
"""Keys that stand for one person or thing rather than for a room."""


@dataclass(frozen=True)
class Addressed:
    recipient: Recipient
    evidence: str
    """A clause without a subject and full stop, such as "it is the id of the event that the handler got"."""


def addressed(tracer: Tracer, values: Values) -> Addressed:
    """The widest of what the values of a connection id say; unknown when one of them isn't understood."""
    return widest_of(item for value in values if (item := _one(tracer, value)) is not None)


def widest_of(found: Iterable[Addressed]) -> Addressed:
    """With the clauses of up to three, the widest first. Values have no order, so what is said can't follow theirs."""
    ordered = sorted(set(found), key=lambda item: (-WIDER[item.recipient], item.evidence))
    if not ordered:
        return Addressed("unknown", "nothing in the application gives it a value")
    clauses = list(dict.fromkeys(item.evidence for item in ordered))
    return Addressed(ordered[0].recipient, "; or ".join(clauses[:3]))


def _one(tracer: Tracer, value: Value) -> Addressed | None:  # noqa: PLR0911 - one line a kind of origin
    origin = value.origin
    if isinstance(origin, Constant) and not value.path:
        return None if not origin.value else Addressed("one", f"it is the literal {origin.value!r}")
    if is_sender(value):
        return Addressed("self", "it is requestContext.connectionId of the event that the handler got")
    if isinstance(origin, Event):
        return _of_event(value)
    read = table_read(value)
    if read:
        return _of_table(tracer, read)
    if isinstance(origin, Environment):
        return Addressed("one", f"it is the environment variable {origin.name}")
    if isinstance(origin, Parameter):
        return Addressed("unknown", f"no call gives {origin.name} of {origin.function.qualname} a value that is known")
    return Addressed("unknown", f"its origin is not understood ({_shown(value)})")


def _of_event(value: Value) -> Addressed:
    keys = message_path(value)
    if keys is not None:
        inside = ".".join(keys) or "as a whole"
        many = "*" in keys
        return Addressed("group" if many else "one", f"the client supplies it in the message ({inside})")
    path = path_of(value)
    many = path.count("*") > (1 if path[:1] == ("Records",) else 0)
    shown = ".".join(path) or "as a whole"
    return Addressed("group" if many else "one", f"it comes with the event ({shown})")


def _of_table(tracer: Tracer, read: TableRead) -> Addressed:
    call, scope = read.call.node, read.call.scope
    where = f"line {call.lineno} of {scope.module.path}"
    store = store_call(tracer, call, scope) if isinstance(call.func, ast.Attribute) else None
    if store is None:
        return Addressed(
            "unknown", f"it comes from {read.operation} ({where}) on something that is no table of the code"
        )
    if store.operation == "scan":
        filtered = keyword(call, "FilterExpression") or keyword(call, "ScanFilter")
        if filtered is not None and not excludes_by_filter(tracer, filtered, call, store.scope):
            return Addressed("group", f"it comes from a scan with a filter ({where})")
        return Addressed("all", f"it comes from every item of a scan ({where})")
    if store.operation == "query":
        key = queried_key(tracer, call, store.scope)
        through = f"index {store.index}" if store.index else "the table's key"
        shown = f" by {key}" if key else ""
        one = bool(key and (PERSONAL.search(key) or CONNECTION_KEY.search(key)))
        return Addressed("one" if one else "group", f"it comes from a query on {through}{shown} ({where})")
    many = "*" in read.path
    return Addressed("group" if many else "one", f"it is looked up with {store.operation} ({where})")


def queried_key(tracer: Tracer, call: ast.Call, scope: object) -> str | None:
    """The attribute that a query asks for: of Key("x").eq(..) or "x = :v", names like #x looked up."""
    condition = keyword(call, "KeyConditionExpression")
    if condition is None:
        return None
    for node in ast.walk(condition):
        if isinstance(node, ast.Call) and last_name(node.func) in {"Key", "Attr"} and node.args:
            first = node.args[0]
            return str(first.value) if isinstance(first, ast.Constant) else None
    texts = [
        node.value for node in ast.walk(condition) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    match = re.match(r"\s*(#?[\w.-]+)\s*=", texts[0]) if texts else None
    if match is None:
        return None
    name = match.group(1)
    names = keyword(call, "ExpressionAttributeNames")
    if name.startswith("#") and isinstance(names, ast.Dict):
        for key, item in zip(names.keys, names.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name and isinstance(item, ast.Constant):
                return str(item.value)
    return name.lstrip("#")


def excludes_by_filter(tracer: Tracer, expression: ast.expr, call: ast.Call, scope: object) -> bool:
    """Whether a filter only leaves out one connection id: Attr("connectionId").ne(x), "connectionId <> :x"."""
    calls = [
        node for node in ast.walk(expression) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    if len(calls) == 1 and calls[0].func.attr == "ne":  # type: ignore[attr-defined]
        names = [node.value for node in ast.walk(calls[0]) if isinstance(node, ast.Constant)]
        return any(isinstance(name, str) and CONNECTION_KEY.match(name) for name in names)
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        match = re.fullmatch(r"\s*#?([\w]+)\s*<>\s*:\w+\s*", expression.value)
        return bool(match and (CONNECTION_KEY.match(match.group(1)) or "id" in match.group(1).lower()))
    return False


def excludes_sender(view: View, values: Values) -> bool:
    """Whether the loop over the recipients leaves out the sender: `if id == own: continue`, `if id != own`."""
    recipients = {(value.origin, path_of(value)[-1:]) for value in values if table_read(value)}
    if not recipients:
        return False
    if any(_filter_excludes(view, origin) for origin, _ in recipients):
        return True
    for function in sorted(view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        for node in ast.walk(function.node):
            if (
                isinstance(node, ast.Compare)
                and len(node.ops) == 1
                and _leaves_out(view, node, function.module.parents, recipients)
            ):
                return True
    return False


def _filter_excludes(view: View, origin: object) -> bool:
    if not isinstance(origin, Called):
        return False
    expression = keyword(origin.node, "FilterExpression")
    return expression is not None and excludes_by_filter(view.tracer, expression, origin.node, origin.scope)


def _leaves_out(
    view: View,
    node: ast.Compare,
    parents: dict[ast.AST, ast.AST],
    recipients: AbstractSet[tuple[object, tuple[str, ...]]],
) -> bool:
    function = next(
        (f for f in view.functions if node in f.module.scopes and f.module.scopes[node].function is f), None
    )
    if function is None:
        return False
    scope = function.module.scopes[node]
    sides = [view.tracer.trace(node.left, scope), view.tracer.trace(node.comparators[0], scope)]
    if not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    for one, other in (sides, sides[::-1]):
        own = [value for value in one if not (isinstance(value.origin, Constant) and not value.origin.value)]
        if not own or len(own) != len(one) or not all(is_sender(value) for value in own):
            continue
        if any((value.origin, path_of(value)[-1:]) in recipients for value in other):
            return _skips(node, parents, equal=isinstance(node.ops[0], ast.Eq))
    return False


def _skips(node: ast.Compare, parents: dict[ast.AST, ast.AST], *, equal: bool) -> bool:
    """Whether the comparison keeps the sender from what follows."""
    parent = parents.get(node)
    while isinstance(parent, ast.BoolOp):
        parent = parents.get(parent)
    if isinstance(parent, ast.If):
        return isinstance(parent.body[-1], ast.Continue) if equal else True
    return isinstance(parent, ast.comprehension) and not equal


def item_connection_keys(tracer: Tracer, values: Values) -> list[str]:
    """Keys of an item (or key) that hold a connection id, by its origin or by its name."""
    found = mapping_keys(tracer, values)
    return [
        name
        for name, inside in found.items()
        if CONNECTION_KEY.match(name) or any(is_sender(value) for value in inside)
    ]


def merge(found: Iterable[Addressed]) -> Addressed:
    """What several routes make of one push: the widest, with the clauses of all."""
    items = list(dict.fromkeys(found))
    widest = max(items, key=lambda item: WIDER[item.recipient])
    clauses = list(dict.fromkeys(clause for item in items for clause in item.evidence.split("; or ")))
    return Addressed(widest.recipient, "; or ".join(clauses[:3]))


def _shown(value: Value) -> str:
    origin = value.origin
    if isinstance(origin, Called):
        base = f"the result of {origin.method}"
    elif isinstance(origin, Unknown):
        base = origin.text
    elif isinstance(origin, Text | Container):
        base = f"line {getattr(origin.node, 'lineno', '?')} of {origin.scope.module.path}"
    else:
        base = type(origin).__name__.lower()
    return ".".join([base, *value.path])
