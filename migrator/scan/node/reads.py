"""Keys of the incoming message that a script reads."""

from __future__ import annotations

from typing import Final

from migrator.inventory.model import MessageKey
from migrator.inventory.record import Location
from migrator.scan.node.bindings import names_of
from migrator.scan.node.calls import View
from migrator.scan.node.tree import Node
from migrator.scan.node.values import ELEMENT, JSON, Value, Values

_OF_TEXT: Final = frozenset({"length", "split", "trim", "toLowerCase", "toUpperCase", "startsWith", "replace", "slice",
                             "map", "filter", "forEach", "push", "join", "toString", "includes"})  # fmt: skip
"""Members of texts and lists: no keys of a message."""


def node_message_keys(view: View) -> tuple[MessageKey, ...]:
    """In the order of the text; a key that is read twice counts as required when one of the reads has no default."""
    found: dict[str, MessageKey] = {}
    for function in view.functions:
        for node in function.within("member_expression", "subscript_expression", "variable_declarator"):
            if not view.reaches(node):
                continue
            for name, location, required in _read(view, node):
                known = found.get(name)
                literals = _literals(node) if node.kind != "variable_declarator" else ()
                if known is None:
                    found[name] = MessageKey(name=name, required=required, literals=literals, location=location)
                else:
                    merged = tuple(dict.fromkeys([*known.literals, *literals]))
                    found[name] = known.model_copy(update={"required": known.required or required, "literals": merged})
    return tuple(found.values())


def _read(view: View, node: Node) -> list[tuple[str, Location, bool]]:
    if node.kind != "variable_declarator":
        name = _key(view.tracer.trace(node))
        last = node.field("property")
        if name is None or (last is not None and last.text in _OF_TEXT):
            return []
        return [(name, node.location, _is_required(node))]
    pattern, value = node.field("name"), node.field("value")
    if pattern is None or value is None or pattern.kind != "object_pattern":
        return []
    bound = view.tracer.trace(value)
    read: list[tuple[str, Location, bool]] = []
    for _, steps, default in names_of(pattern):
        values = bound
        for step in steps:
            values = view.tracer.step(values, step)
        name = _key(values)
        if name is not None:
            read.append((name, node.location, default is None))
    return read


def _key(values: Values) -> str | None:
    names = {name for value in values if (name := _name(value))}
    return names.pop() if len(names) == 1 else None


def _name(value: Value) -> str | None:
    if value.origin.kind != "event" or value.path[:2] != ("body", JSON) or JSON in value.path[2:]:
        return None
    keys = value.path[2:]
    if not keys or keys[0] == ELEMENT:
        return None
    return ".".join(keys).replace(f".{ELEMENT}", "[]")


def _is_required(node: Node) -> bool:
    """Neither `a?.b`, nor `a.b || c`, nor a test."""
    if any(child.kind() == "optional_chain" for child in node.own.children()):
        return False
    above = node.parent
    while above is not None and above.kind in {"parenthesized_expression", "as_expression", "non_null_expression"}:
        above = above.parent
    if above is None:
        return True
    operator = above.own.field("operator") if above.kind == "binary_expression" else None
    if operator is not None and operator.text() in {"||", "??", "&&"}:
        return False
    return above.kind not in {"if_statement", "ternary_expression", "unary_expression"}


def _literals(node: Node) -> tuple[str, ...]:
    above = node.parent
    while above is not None and above.kind == "parenthesized_expression":
        above = above.parent
    if above is None:
        return ()
    if above.kind == "binary_expression":
        operator = above.own.field("operator")
        sides = [side for side in (above.field("left"), above.field("right")) if side is not None and side is not node]
        if operator is not None and operator.text() in {"===", "==", "!==", "!="}:
            return tuple(text for side in sides if (text := side.literal()) is not None)
    if above.kind == "switch_statement":
        values = (case.field("value") for case in above.within("switch_case"))
        return tuple(text for value in values if value is not None and (text := value.literal()) is not None)
    return ()
