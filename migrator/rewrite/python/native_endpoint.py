"""A handler that takes an event -> a typed FastAPI endpoint that takes what it needs.

https://fastapi.tiangolo.com/tutorial/body/ and https://fastapi.tiangolo.com/tutorial/dependencies/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.inventory.model import Api, Route
from migrator.rewrite.python.context_use import context_use
from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.event_helpers import Role, Work, collect
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.event_use import event_use
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.native_body import body_use
from migrator.rewrite.python.native_returns import ANSWERS, returns
from migrator.rewrite.python.parameter_names import CALLERS, TEXTS, free_name, names_in
from migrator.rewrite.rule import Example, RulePage

RULE = "native_endpoint"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
def handle(event, context):
    print(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
""",
        after="""\
from fastapi import Response
from sse_service.caller import CurrentCaller


def handle(caller: CurrentCaller) -> Response:
    print(caller.connection_id)
    return Response(status_code=200)
""",
    ),
    leaves_alone=(
        "a handler that reads the event by keys that are not known, or keeps it",
        "a handler that hands the event to code that is not a plain function of the application",
        "a handler that other code calls, or that a framework serves",
    ),
)
CALLER = ("sse_service.caller", "CurrentCaller")
RESPONSE = ("fastapi", "Response")
TEXT = ("sse_service.caller", "MessageText")
MODELS = "sse_service.models"


@dataclass(frozen=True)
class Endpoint:
    """How the generated code calls a native function; parameters in the order in which it takes them."""

    key: str
    handler: str
    """Handler id, '<path>:<function>'."""
    path: str
    function: str
    parameters: tuple[tuple[str, str], ...]
    """(kind, name): kind is 'caller', 'model' or 'text'."""
    model: str | None = None
    keys: tuple[str, ...] = ()
    streams: bool = False
    """Whether a POST to its own address can have what it sends to its caller as the answer."""


def rewrite(work: Work, facts: Facts, api: Api, route: Route, function: cst.FunctionDef, model: str) -> Endpoint:
    """Adds to `work` what changes. `model`: the name of the Pydantic model if one is needed.

    Raises NotNative with the predicate that failed.
    """
    situation, changes = work.situation, work.changes[facts.path]
    answers = route.route_response and situation.has_body
    taken = names_in(function)
    caller, text = free_name(CALLERS, taken), free_name(TEXTS, taken)
    returned = returns(work.project, facts, function, situation, caller, answers=answers)
    changes.update(returned.changes)
    use = event_use(facts, parameter(facts, function, 0), situation, caller, (), returned.dropped)
    context = context_use(facts, parameter(facts, function, 1), caller)
    changes.update(use.changes)
    changes.update(context.changes)
    wants_caller = use.caller or context.caller or returned.caller
    handed: dict[cst.Call, dict[cst.BaseExpression, Role]] = {}
    collect(facts, [*((w.node, w.path) for w in use.handed), *((node, None) for node in context.handed)], handed)
    hands_text = False
    for call, roles in handed.items():
        also_caller, also_text = work.hand_over(facts, call, roles, caller, text, changes)
        wants_caller, hands_text = wants_caller or also_caller, hands_text or also_text
    parameters = [("caller", caller)] if wants_caller else []
    keys: list[str] = []
    if use.bodies or hands_text:
        if not situation.has_body:
            raise NotNative("it reads a body that this event never has")
        body = body_use(facts, use.bodies, taken, is_object=not hands_text and _chosen_by_key(api, route))
        changes.update(body.changes)
        parameters.append((body.kind, body.parameter))
        keys = body.keys
    types = {"caller": CALLER, "model": (MODELS, model), "text": TEXT}
    names = {types[kind] for kind, _name in parameters} | {(ANSWERS, name) for name in returned.imports}
    names.add(RESPONSE)
    check_names(facts, names)
    work.imports[facts.path] |= names
    changes[function] = _signature(
        facts, [(name, types[kind][1]) for kind, name in parameters], may_be_none=returned.may_be_none
    )
    uses_model = any(kind == "model" for kind, _name in parameters)
    name = function.name.value
    read = model if uses_model else None
    return Endpoint(route.key, route.handler, facts.path, name, tuple(parameters), read, tuple(keys))


def parameter(facts: Facts, function: cst.FunctionDef, index: int) -> Binding:
    binding = facts.binding(function.params.params[index].name)
    if binding is None or len(facts.stores(binding)) != 1:
        raise NotNative(f"the {('event', 'Lambda context')[index]} is replaced by something else")
    return binding


def check_names(facts: Facts, names: set[tuple[str, str]]) -> None:
    """Raises NotNative when the module means something else by a name."""
    defined = {binding.name for binding in facts.stored() if isinstance(binding.owner, GlobalScope)}
    imported = {alias.evaluated_alias or alias.evaluated_name for alias in facts.all(cst.ImportAlias)}
    for _source, name in names:
        if name in defined | imported and not _imports_ours(facts, name):
            raise NotNative(f"the module means something else by {name}")


def _signature(facts: Facts, parameters: list[tuple[str, str]], *, may_be_none: bool) -> Change:
    given = ", ".join(f"{name}: {kind}" for name, kind in parameters)
    answer = "Response | None" if may_be_none else "Response"
    shape = cst.parse_statement(f"def f({given}) -> {answer}: ...", facts.module.config_for_parsing)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        assert isinstance(shape, cst.FunctionDef)
        return node.with_changes(params=shape.params, returns=shape.returns)

    return change


def _imports_ours(facts: Facts, name: str) -> bool:
    for statement in facts.all(cst.ImportFrom):
        if isinstance(statement.names, cst.ImportStar) or statement.module is None:
            continue
        source = facts.module.code_for_node(statement.module)
        if any(alias.evaluated_name == name for alias in statement.names):
            return source.startswith("sse_service.") or source == "fastapi"
    return False


def _chosen_by_key(api: Api, route: Route) -> bool:
    """Whether only JSON objects can come here: the route is chosen by the value of a key."""
    simple = re.fullmatch(r"\$\{?request\.body\.[A-Za-z_][\w.]*\}?", api.route_selection_expression)
    return simple is not None and not route.key.startswith("$")
