"""One call on a connection table -> the call on `streams` that does the same."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from dataclasses import dataclass, field

import libcst as cst

from migrator.inventory.outcome import Safety
from migrator.rewrite.python.conditions import Pairs, assignments, dictionary, equalities
from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.syntax import keywords, string
from migrator.rewrite.python.table_objects import NotUnderstood
from migrator.rewrite.python.table_results import read_items, read_one

HARMLESS = frozenset({"ConsistentRead", "ProjectionExpression", "ReturnConsumedCapacity"})
"""Arguments that say nothing about what is found: a projection only leaves attributes out."""

CONNECTION_ID = "connection_id"
"""What `streams` calls the key, whatever the table called it."""


@dataclass
class Operation:
    """What becomes of one call; `written` are the attributes that put_item writes, None for other operations."""

    changes: dict[cst.CSTNode, Change]
    safety: Safety
    imports: set[tuple[str, str]] = field(default_factory=set)
    written: frozenset[str] | None = None


STREAMS = ("sse_service.live", "streams")
LOOKUP = ("sse_service.live", "lookup")

Build = Callable[[cst.Call], cst.Call]


def operation(facts: Facts, call: cst.Call, method: str, key: str, dropped: frozenset[str]) -> Operation:
    """`key`: the table's key attribute; `dropped`: attributes that nobody reads. Raises NotUnderstood."""
    at = f"{facts.path}:{facts.line(call)}"
    several_lines = facts.range(call).start.line != facts.range(call).end.line
    indent = facts.module.default_indent if several_lines else None
    if method in {"put_item", "update_item", "delete_item"}:
        _check_result_unused(facts, call, at)
    if method == "put_item":
        written = frozenset(_item(call, key, dropped, at)[1])
        made = _made(call, lambda n: _annotate(*_item(n, key, dropped, at), indent=indent))
        return Operation(made, "safe", {STREAMS}, written)
    if method == "delete_item":
        made = _made(call, lambda node: _call("streams.forget", _only_key(node, key, at)))
        return Operation(made, "safe", {STREAMS})
    if method == "update_item":
        made = _made(call, lambda node: _annotate(*_update(node, key, at), indent=indent))
        return Operation(made, "review", {STREAMS})
    if method == "get_item":
        changes, required = read_one(facts, call)
        function, needed = ("streams.attributes", STREAMS) if required else ("lookup", LOOKUP)
        return Operation(
            changes | _made(call, lambda node: _call(function, _only_key(node, key, at))), "safe", {needed}
        )
    if method in {"query", "scan"}:
        changes = read_items(facts, call) | _made(call, lambda node: _find(node, at))
        return Operation(changes, "safe", {STREAMS})
    raise NotUnderstood(f"{at} calls {method}, which has no counterpart")


def _made(call: cst.Call, build: Build) -> dict[cst.CSTNode, Change]:
    """Built once now, so that what is not understood shows; and again from the node as other rules have left it."""
    build(call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        return build(node)

    return {call: change}


def _given(call: cst.Call, allowed: set[str], at: str) -> Pairs:
    given = keywords(call)
    if given is None:
        raise NotUnderstood(f"{at} hides its arguments")
    more = sorted(set(given) - allowed - HARMLESS)
    if more:
        raise NotUnderstood(f"{at} uses {', '.join(more)}")
    return given


def _item(call: cst.Call, key: str, dropped: frozenset[str], at: str) -> tuple[cst.BaseExpression, Pairs]:
    values = dictionary(_given(call, {"Item"}, at).get("Item"))
    if not values or key not in values:
        raise NotUnderstood(f"{at} doesn't write a literal item with {key}")
    kept = {name: value for name, value in values.items() if name not in dropped and name != CONNECTION_ID}
    return values[key], kept


def _update(call: cst.Call, key: str, at: str) -> tuple[cst.BaseExpression, Pairs]:
    allowed = {"Key", "UpdateExpression", "ExpressionAttributeValues", "ExpressionAttributeNames"}
    given = _given(call, allowed, at)
    text = string(given.get("UpdateExpression"))
    names, values = _placeholders(given, at)
    changed = None if text is None else assignments(text, names, values)
    if changed is None or CONNECTION_ID in changed:
        raise NotUnderstood(f"{at} does more than set attributes ({text or 'its expression is built'})")
    return _key_of(call, key, at), changed


def _find(call: cst.Call, at: str) -> cst.Call:
    conditions = ("KeyConditionExpression", "FilterExpression")
    given = _given(call, {"IndexName", *conditions, "ExpressionAttributeNames", "ExpressionAttributeValues"}, at)
    names, values = _placeholders(given, at)
    wanted: Pairs = {}
    for condition in (given[part] for part in conditions if part in given):
        found = equalities(condition, names, values)
        if found is None or found.keys() & wanted.keys():
            raise NotUnderstood(f"{at} looks for more than equal attributes")
        wanted |= found
    if CONNECTION_ID in wanted or not all(_is_plain(name) for name in wanted):
        raise NotUnderstood(f"{at} looks for an attribute that can't be a parameter")
    return cst.Call(cst.parse_expression("streams.find"), [_argument(*pair) for pair in wanted.items()])


def _placeholders(given: Pairs, at: str) -> tuple[Pairs, Pairs]:
    names = dictionary(given.get("ExpressionAttributeNames"))
    values = dictionary(given.get("ExpressionAttributeValues"))
    if names is None or values is None:
        raise NotUnderstood(f"{at} builds the values of its expression")
    return names, values


def _only_key(call: cst.Call, key: str, at: str) -> cst.BaseExpression:
    _given(call, {"Key", "ExpressionAttributeNames"}, at)
    return _key_of(call, key, at)


def _key_of(call: cst.Call, key: str, at: str) -> cst.BaseExpression:
    given = keywords(call) or {}
    if "Key" not in given:
        raise NotUnderstood(f"{at} gives no key")
    found = dictionary(given["Key"])
    if not found or set(found) != {key}:
        raise NotUnderstood(f"{at} doesn't give the key {key} alone")
    return found[key]


def _check_result_unused(facts: Facts, call: cst.Call, at: str) -> None:
    target = facts.target(call)
    binding = facts.binding(target) if target is not None else None
    unused = binding is not None and isinstance(target, cst.Name) and not facts.loads(binding)
    if not unused and not isinstance(facts.parent(call), cst.Expr):
        raise NotUnderstood(f"{at} uses what AWS answers")


def _call(function: str, value: cst.BaseExpression) -> cst.Call:
    return cst.Call(cst.parse_expression(function), [cst.Arg(value)])


def _is_plain(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name != "self"


def _annotate(connection_id: cst.BaseExpression, values: Pairs, *, indent: str | None) -> cst.Call:
    """`streams.annotate(id, name=value, **{"other-name": value})`; `indent`: one argument a line, indented by it."""
    args = [cst.Arg(connection_id)]
    args += [_argument(name, value) for name, value in values.items() if _is_plain(name)]
    rest = [(name, value) for name, value in values.items() if not _is_plain(name)]
    if rest:
        elements = [cst.DictElement(cst.SimpleString(repr(name)), value) for name, value in rest]
        args.append(cst.Arg(cst.Dict(elements), star="**"))
    function = cst.parse_expression("streams.annotate")
    if indent is None or len(args) < 3:
        return cst.Call(function, args)
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))
    last = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(""))
    laid = [arg.with_changes(comma=cst.Comma(whitespace_after=last if arg is args[-1] else inner)) for arg in args]
    return cst.Call(function, laid, whitespace_before_args=inner)


def _argument(name: str, value: cst.BaseExpression) -> cst.Arg:
    without_space = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value, keyword=cst.Name(name), equal=without_space)
