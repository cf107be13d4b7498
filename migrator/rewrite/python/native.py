"""Route by route: from a handler that takes an event to an endpoint that takes what it needs, where that is proven."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as dataclass_replace

import libcst as cst

from migrator.inventory.model import Api, Handler, Inventory, Route
from migrator.inventory.outcome import Level
from migrator.inventory.refused import refused_routes
from migrator.rewrite.edit import RouteLevel
from migrator.rewrite.python.called import top_function
from migrator.rewrite.python.edits import apply_changes, remove
from migrator.rewrite.python.event_helpers import Twin, Work
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.imports import add_imports
from migrator.rewrite.python.model_names import model_names
from migrator.rewrite.python.native_endpoint import Endpoint, rewrite
from migrator.rewrite.python.native_shape import check_not_called, handler_function, is_ours, main_guards
from migrator.rewrite.python.native_split import function_of_route, serves_one
from migrator.rewrite.python.parsing import Tree
from migrator.rewrite.python.self_invocation import invokes_itself
from migrator.rewrite.python.situation import Situation
from migrator.rewrite.scope import EVERYTHING, Scope

PROVEN = "every use of the event is understood"


@dataclass
class Natives:
    """`levels`: in the order of the routes."""

    endpoints: list[Endpoint] = field(default_factory=list)
    levels: list[RouteLevel] = field(default_factory=list)
    twins: dict[str, Twin] = field(default_factory=dict)


def make_native(tree: Tree, inventory: Inventory, api: Api, scope: Scope = EVERYTHING) -> Natives:
    """Each route by itself: what can't be proven of one says nothing about the others."""
    found = Natives()
    names = model_names(api)
    for route in api.routes:
        found.levels.append(_route(tree, inventory, api, route, names[route.key], found, scope))
    return found


def _route(
    tree: Tree, inventory: Inventory, api: Api, route: Route, model: str, found: Natives, scope: Scope
) -> RouteLevel:
    handler = inventory.handler(route.handler)

    def at(level: Level | None, reason: str) -> RouteLevel:
        return RouteLevel(api.id, route.key, handler.id, level, reason)

    refusal = refused_routes(inventory, api).get(route.key)
    if refusal is not None:
        return at(None, f"refused: {refusal.reason}")
    if handler.language != "python":
        return at(None, f"the handler is {handler.language}; only Python handlers are mounted")
    facts = tree.project.facts(handler.path)
    if facts is None or handler.problem is not None:
        module = tree.project.modules.get(handler.path)
        failure = module.failure if module is not None else None
        return at(None, failure or handler.problem or f"{handler.path} is missing")
    if left_out := scope.why_not_native(route.key):
        return at("transport", left_out)
    try:
        _try(tree, api, route, handler, model, found)
    except NotNative as why:
        return at("transport", str(why))
    return at("native", PROVEN)


def _try(tree: Tree, api: Api, route: Route, handler: Handler, model: str, found: Natives) -> None:
    """Raises NotNative, and has changed nothing then."""
    draft = tree.draft()
    facts = draft.project.facts(handler.path)
    assert facts is not None
    if handler.framework is not None:
        raise NotNative(f"{handler.framework} serves it")
    function = handler_function(facts, handler)
    alone = serves_one(handler) and not invokes_itself(draft.project, facts, function)
    if alone:
        check_not_called(draft.project, facts, function)
    situation = Situation.of(api, route)
    name = function_of_route(draft, facts, function, situation, alone=alone)
    facts = draft.project.facts(handler.path)
    own = top_function(facts, name) if facts is not None else None
    assert facts is not None
    assert own is not None
    work = Work(draft.project, situation, found.twins)
    work.changes[handler.path].update({guard: remove() for guard in main_guards(facts, name)})
    endpoint = rewrite(work, facts, api, route, own, model)
    apply_work(draft, work)
    found.twins |= work.twins
    same = None if alone else _same(draft, endpoint, model_names(api).values())
    if same is None:
        found.endpoints.append(endpoint)
        tree.adopt(draft)
        return
    other = next((e for e in found.endpoints if (e.path, e.function) == (endpoint.path, same)), None)
    if other is None:
        raise NotNative("the route has an endpoint already")
    found.endpoints.append(dataclass_replace(endpoint, function=same, model=other.model))


def _same(draft: Tree, endpoint: Endpoint, models: Iterable[str]) -> str | None:
    """Another endpoint of the module that is the same but for its name and that of its model."""
    facts = draft.project.facts(endpoint.path)
    assert facts is not None
    any_model = re.compile(rf"\b({'|'.join(map(re.escape, models))})\b")

    def code(function: cst.FunctionDef) -> str:
        alike = function.with_changes(name=cst.Name("f"), leading_lines=[])
        return any_model.sub("Model", facts.module.code_for_node(alike))

    native = {
        f.name.value: f for f in facts.all(cst.FunctionDef) if f.returns is not None and is_ours(facts, f.returns)
    }
    mine = code(native[endpoint.function])
    return next((name for name, f in native.items() if name != endpoint.function and code(f) == mine), None)


def apply_work(draft: Tree, work: Work) -> None:
    """Raises NotNative when the result is no Python: then a rule has met what it was not made for."""
    modules = {}
    for path, changes in work.changes.items():
        facts = work.project.facts(path)
        assert facts is not None
        module = add_imports(apply_changes(facts.module, changes), work.imports[path])
        try:
            compile(module.code, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise NotNative(f"{path} would not compile: {error}") from error
        modules[path] = module
    draft.update(modules)
