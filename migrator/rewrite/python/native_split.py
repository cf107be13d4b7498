"""One function for several routes -> a function of its own for each, made of what is left of it on that route."""

from __future__ import annotations

import libcst as cst

from migrator.inventory.model import Handler
from migrator.rewrite.handler_code import slug
from migrator.rewrite.python.edits import apply_changes
from migrator.rewrite.python.event_calls import apart
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.folding import folded
from migrator.rewrite.python.known_values import names_of
from migrator.rewrite.python.native_shape import is_ours, plain_function
from migrator.rewrite.python.parsing import Tree
from migrator.rewrite.python.route_helpers import route_helpers
from migrator.rewrite.python.situation import Situation


def function_of_route(draft: Tree, facts: Facts, function: cst.FunctionDef, key: Situation, *, alone: bool) -> str:
    """Puts it into the draft, and returns its name: that of the handler where the route has it for itself."""
    plain = plain_function(facts, function)
    names = names_of(facts, route_helpers(draft.project, facts, function))
    made = folded(plain, key, names)
    if alone:
        if made is not function:
            draft.update({facts.path: apply_changes(facts.module, {function: lambda _node: made})})
        return function.name.value
    name = _free(facts, slug(key.key))
    copy = made.with_changes(name=cst.Name(name), leading_lines=function.leading_lines)
    both = cst.FlattenSentinel[cst.CSTNode]([copy, function.with_changes(leading_lines=apart(function))])
    draft.update({facts.path: apply_changes(facts.module, {function: lambda _node: both})})
    return name


def serves_one(handler: Handler) -> bool:
    return len(handler.route_keys) == 1 and len(handler.triggers) == 1


def _free(facts: Facts, wanted: str) -> str:
    """Raises NotNative where an endpoint of that name is there already."""
    taken = {node.value for node in facts.all(cst.Name)}
    candidates = (wanted, f"on_{wanted}", f"{wanted}_route", f"handle_{wanted}_route")
    for function in facts.all(cst.FunctionDef):
        if function.name.value in candidates and function.returns is not None and is_ours(facts, function.returns):
            raise NotNative("the route has an endpoint already")
    for name in candidates:
        if name not in taken:
            return name
    raise NotNative(f"the module uses the names {', '.join(candidates)} for something else")
