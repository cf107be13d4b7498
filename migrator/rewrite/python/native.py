"""Route by route: from a handler that takes an event to an endpoint that takes what it needs, where that is proven."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.inventory.model import Api, Handler, Inventory, Route
from migrator.inventory.outcome import Level
from migrator.inventory.refused import refused_routes
from migrator.rewrite.edit import RouteLevel
from migrator.rewrite.python.edits import apply_changes
from migrator.rewrite.python.event_helpers import Twin, Work
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.imports import add_imports
from migrator.rewrite.python.model_names import model_names
from migrator.rewrite.python.native_endpoint import Endpoint, check_not_called, check_shape, handler_function, rewrite
from migrator.rewrite.python.parsing import Tree
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
    draft = tree.draft()
    try:
        _try(draft, api, route, handler, model, found)
    except NotNative as why:
        return at("transport", str(why))
    tree.adopt(draft)
    return at("native", PROVEN)


def _try(draft: Tree, api: Api, route: Route, handler: Handler, model: str, found: Natives) -> None:
    facts = draft.project.facts(handler.path)
    assert facts is not None
    if handler.framework is not None:
        raise NotNative(f"{handler.framework} serves it")
    function = handler_function(facts, handler)
    if len(handler.route_keys) != 1 or len(handler.triggers) != 1:
        served = ", ".join(trigger.source for trigger in handler.triggers)
        raise NotNative(f"one function serves {served}")
    check_shape(facts, function)
    check_not_called(draft.project, facts, function)
    work = Work(draft.project, Situation.of(api, route), found.twins)
    endpoint = rewrite(work, facts, api, route, function, model)
    _apply(draft, work)
    found.endpoints.append(endpoint)
    found.twins |= work.twins


def _apply(draft: Tree, work: Work) -> None:
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
