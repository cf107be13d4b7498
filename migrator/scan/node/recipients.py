"""Whom a push addresses: where its connection id comes from, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from migrator.scan.node.operations import request
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node
from migrator.scan.node.values import ELEMENT, Origin, Value, Values, is_sender, message_path, plain_path, texts
from migrator.scan.python.describe import CONNECTION_KEY
from migrator.scan.python.recipients import PERSONAL, Addressed, widest_of

_PLACEHOLDER: Final = re.compile(r"([#\w.]+)\s*=\s*:?\w+")


def addressed(tracer: Tracer, values: Values) -> Addressed:
    """The widest of what the values of a connection id say; unknown when one of them isn't understood."""
    return widest_of(item for value in values if (item := _one(tracer, value)) is not None)


def _one(tracer: Tracer, value: Value) -> Addressed | None:  # noqa: PLR0911 - one line a kind of origin
    origin = value.origin
    if origin.kind == "text":
        return Addressed("one", f"it is the literal {origin.name!r}") if origin.name else None
    if is_sender(value):
        return Addressed("self", "it is requestContext.connectionId of the event that the handler got")
    if origin.kind == "event":
        return _of_event(value)
    if origin.kind == "operation" and origin.node is not None:
        return _of_table(tracer, value, origin.node)
    if origin.kind == "variable":
        return Addressed("one", f"it is the environment variable {origin.name}")
    if origin.kind == "made" and "Redis" in origin.name:
        return Addressed("group", "it comes from Redis")
    return Addressed("unknown", f"its origin is not understood ({origin.kind} {origin.name})".replace(" )", ")"))


def _of_event(value: Value) -> Addressed:
    keys = message_path(value)
    if keys is not None:
        many = ELEMENT in keys
        return Addressed("group" if many else "one", f"the client supplies it in the message ({_shown(keys)})")
    path = plain_path(value)
    many = path.count(ELEMENT) > (1 if path[:1] == ("Records",) else 0)
    return Addressed("group" if many else "one", f"it comes with the event ({_shown(path)})")


def _of_table(tracer: Tracer, value: Value, node: Node) -> Addressed:
    where = f"line {node.location.line} of {node.location.path}"
    operation = value.origin.name
    given = tracer.trace(request(node))
    if operation == "scan":
        if tracer.step(given, "FilterExpression") or tracer.step(given, "ScanFilter"):
            if excludes_by_filter(tracer, given):
                return Addressed("all", f"it comes from every other item of a scan ({where})")
            return Addressed("group", f"it comes from a scan with a filter ({where})")
        return Addressed("all", f"it comes from every item of a scan ({where})")
    if operation == "query":
        index = texts(tracer.step(given, "IndexName"))
        key = queried_key(tracer, given)
        through = f"index {index[0]}" if index else "the table's key"
        one = bool(key and (PERSONAL.search(key) or CONNECTION_KEY.search(key)))
        shown = f" by {key}" if key else ""
        return Addressed("one" if one else "group", f"it comes from a query on {through}{shown} ({where})")
    many = ELEMENT in value.path
    return Addressed("group" if many else "one", f"it is looked up with {operation} ({where})")


def queried_key(tracer: Tracer, given: Values) -> str | None:
    """The first attribute of a key condition, names like #x looked up."""
    condition = next(iter(texts(tracer.step(given, "KeyConditionExpression"))), "")
    match = _PLACEHOLDER.search(condition)
    if match is None:
        return None
    name = match.group(1)
    if not name.startswith("#"):
        return name
    named = texts(tracer.step(tracer.step(given, "ExpressionAttributeNames"), name))
    return named[0] if named else name.lstrip("#")


def excludes_by_filter(tracer: Tracer, given: Values) -> bool:
    """A scan whose filter says only `connectionId <> :id`."""
    expression = " ".join(texts(tracer.step(given, "FilterExpression")))
    return "<>" in expression and expression.count("=") == 0 and " AND " not in expression.upper()


def excludes_sender(tracer: Tracer, functions: Iterable[Node], values: Values) -> bool:
    """Whether some comparison in the functions on the way to a push leaves the sender out of those it addresses."""
    if any(is_sender(value) for value in values):
        return False
    origins = {value.origin for value in values}
    for function in functions:
        for test in function.within("binary_expression"):
            operator = test.own.field("operator")
            sign = operator.text() if operator is not None else ""
            if sign not in {"!==", "!=", "===", "=="}:
                continue
            left, right = tracer.trace(test.field("left")), tracer.trace(test.field("right"))
            if _sender_against(left, right, origins) and (sign.startswith("!") or _leaves_out(test)):
                return True
    operations = {v.origin.node for v in values if v.origin.kind == "operation" and v.origin.node is not None}
    return bool(operations) and all(excludes_by_filter(tracer, tracer.trace(request(node))) for node in operations)


def _sender_against(left: Values, right: Values, origins: AbstractSet[Origin]) -> bool:
    one, two = any(map(is_sender, left)), any(map(is_sender, right))
    other = right if one else left
    return one != two and any(value.origin in origins for value in other)


def _leaves_out(test: Node) -> bool:
    branch = next((above for above in test.ancestors() if above.kind == "if_statement"), None)
    body = branch.field("consequence") if branch is not None else None
    return body is not None and next(body.within("continue_statement", "return_statement"), None) is not None


def _shown(path: Iterable[str]) -> str:
    return ".".join(path) or "as a whole"
