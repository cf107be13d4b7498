"""What a native endpoint gets in place of `json.loads(event["body"])`."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import Literal

import libcst as cst
from pydantic import BaseModel

from migrator.rewrite.python.edits import Change, Changes, remove, replace
from migrator.rewrite.python.event_reads import EventRead
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.parameter_names import MESSAGES, TEXTS, free_name
from migrator.rewrite.python.syntax import method_call, string, subscript_key

_OWN_NAMES = frozenset({*dir(BaseModel), "get", "as_sent"})


@dataclass
class BodyUse:
    """`model`: a Pydantic model of the message; `text`: the message as it came."""

    kind: Literal["model", "text"]
    parameter: str
    changes: Changes = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    """Keys that are read from the message, in the order of the code."""


def is_attribute(key: str) -> bool:
    """Whether a model can have the key as an attribute."""
    is_name = key.isidentifier() and not keyword.iskeyword(key) and not key.startswith(("_", "model_"))
    return is_name and key not in _OWN_NAMES


def body_use(facts: Facts, reads: list[EventRead], taken: set[str], *, is_object: bool) -> BodyUse:
    """`taken`: names of the module that a parameter must not hide; `is_object`: the route is chosen by a key."""
    parsed = [_parsed(facts, read) for read in reads]
    if not is_object or any(call is None for call in parsed):
        use = BodyUse("text", free_name(TEXTS, taken))
        for read in reads:
            use.changes[read.step.node] = replace(use.parameter, facts.module)
        return use
    calls = [call for call in parsed if call is not None]
    removable = {name for call in calls if (name := _removable(facts, call)) is not None}
    use = BodyUse("model", free_name(MESSAGES, taken - removable))
    for call in calls:
        _model_use(facts, call, use)
    return use


def _parsed(facts: Facts, read: EventRead) -> cst.Call | None:
    """The `json.loads(...)` around it, a default for an empty body included."""
    node: cst.CSTNode = read.step.node
    above = facts.parent(node)
    if isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.Or) and above.left is node:
        node, above = above, facts.parent(above)
    call = facts.parent(above) if isinstance(above, cst.Arg) else None
    if isinstance(call, cst.Call) and len(call.args) == 1 and "json.loads" in facts.imported(call.func):
        return call
    return None


def _local(facts: Facts, call: cst.Call) -> Binding | None:
    target = facts.target(call)
    binding = facts.binding(target) if isinstance(target, cst.Name) else None
    return binding if binding is not None and len(facts.stores(binding)) == 1 else None


def _removable(facts: Facts, call: cst.Call) -> str | None:
    """The variable that is not needed, since all that is done with it is to read keys."""
    binding = _local(facts, call)
    if binding is None or any(isinstance(above, cst.Try | cst.TryStar) for above in facts.ancestors(call)):
        return None
    return binding.name if all(_key_read(facts, load) is not None for load in facts.loads(binding)) else None


def _model_use(facts: Facts, call: cst.Call, use: BodyUse) -> None:
    if _removable(facts, call) is not None:
        binding = _local(facts, call)
        assert binding is not None
        use.changes[facts.statement(call)] = remove()
        for load in facts.loads(binding):
            _read_key(facts, load, use)
    elif _key_read(facts, call) is not None:
        _read_key(facts, call, use)
    else:
        use.changes[call] = replace(f"{use.parameter}.as_sent()", facts.module)
        binding = _local(facts, call)
        for load in facts.loads(binding) if binding is not None else []:
            found = _key_read(facts, load)
            if found is not None and found[0] not in use.keys:
                use.keys.append(found[0])


def _key_read(facts: Facts, node: cst.BaseExpression) -> tuple[str, cst.CSTNode] | None:
    """(key, the whole access) of `node["key"]`, `node.get("key", …)` and `"key" in node`."""
    above = facts.parent(node)
    if isinstance(above, cst.Subscript) and above.value is node:
        key = subscript_key(above)
        return (key, above) if key is not None and facts.is_read(above) else None
    got = method_call(facts.parent(above), "get") if isinstance(above, cst.Attribute) and above.value is node else None
    if got is not None and got[2].args:
        key = string(got[2].args[0].value)
        return (key, got[2]) if key is not None else None
    comparison = facts.parent(above) if isinstance(above, cst.ComparisonTarget) else None
    if isinstance(comparison, cst.Comparison) and isinstance(above, cst.ComparisonTarget):
        key = string(comparison.left)
        is_test = isinstance(above.operator, cst.In | cst.NotIn) and len(comparison.comparisons) == 1
        return (key, comparison) if key is not None and is_test else None
    return None


def _read_key(facts: Facts, node: cst.BaseExpression, use: BodyUse) -> None:
    found = _key_read(facts, node)
    assert found is not None
    key, access = found
    if key not in use.keys:
        use.keys.append(key)
    if isinstance(access, cst.Subscript) and is_attribute(key):
        use.changes[access] = replace(f"{use.parameter}.{key}", facts.module)
    else:
        use.changes[node] = _named(use.parameter)


def _named(parameter: str) -> Change:
    return lambda _node: cst.Name(parameter)
