"""A handler that takes an event -> a typed FastAPI endpoint that takes what it needs.

https://fastapi.tiangolo.com/tutorial/body/ and https://fastapi.tiangolo.com/tutorial/dependencies/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.inventory.model import Api, Handler, Route
from migrator.rewrite.python.edits import Changes, remove, replace
from migrator.rewrite.python.event_reads import (
    BODY,
    EVENT_TYPE,
    PATHS,
    ROUTE_KEY,
    EventRead,
    NotNative,
    attribute_of,
    event_reads,
)
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.native_body import body_use
from migrator.rewrite.python.native_returns import returns
from migrator.rewrite.python.project import Project
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
        "a handler that hands the event on, or reads it by keys that are not known",
        "a handler whose answer is not a literal status",
        "a handler that other code calls, or that serves several routes",
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
    path: str
    function: str
    parameters: tuple[tuple[str, str], ...]
    """(kind, name): kind is 'caller', 'model' or 'text'."""
    model: str | None = None
    keys: tuple[str, ...] = ()


@dataclass
class Native:
    """What changes in the module of the handler."""

    endpoint: Endpoint
    changes: Changes = field(default_factory=dict)
    imports: set[tuple[str, str]] = field(default_factory=set)


def rewrite(project: Project, facts: Facts, api: Api, route: Route, handler: Handler, model: str) -> Native:
    """`model`: the name of the Pydantic model if one is needed. Raises NotNative with the predicate that failed."""
    function = _function(facts, handler)
    if len(handler.route_keys) != 1 or len(handler.triggers) != 1:
        served = ", ".join(trigger.source for trigger in handler.triggers)
        raise NotNative(f"one function serves {served}")
    if route.route_response and not route.key.startswith(("$connect", "$disconnect")):
        raise NotNative("what it returns goes to the client as a message (the route has a route response)")
    _check_not_called(project, facts, function)
    connect = route.key == "$connect"
    changes, may_be_none = returns(project, facts, function, connect=connect)
    taken = {node.value for node in facts.all(cst.Name)}
    caller = next(name for name in ("caller", "peer", "client_connection", "caller_") if name not in taken)
    native = Native(Endpoint(route.key, handler.path, handler.function, ()), changes, set())
    reads = _reads(facts, function, native.changes)
    bodies = [read for read in reads if read.step.path == BODY]
    parameters: list[tuple[str, str]] = []
    for read in reads:
        text = _in_place_of(read, route, api, caller)
        if text is not None:
            native.changes[read.step.node] = replace(text, facts.module)
            if text.startswith(f"{caller}.") and not parameters:
                parameters.append(("caller", caller))
    keys: list[str] = []
    if bodies:
        if route.key in {"$connect", "$disconnect"}:
            raise NotNative("it reads a body that this event never has")
        use = body_use(facts, bodies, taken, is_object=_chosen_by_key(api, route))
        native.changes.update(use.changes)
        parameters.append((use.kind, use.parameter))
        keys = use.keys
    _finish(facts, function, native, parameters, keys, model, may_be_none=may_be_none)
    return native


def _finish(
    facts: Facts,
    function: cst.FunctionDef,
    native: Native,
    parameters: list[tuple[str, str]],
    keys: list[str],
    model: str,
    *,
    may_be_none: bool,
) -> None:
    """The signature and the imports. Raises NotNative when the module means something else by a name."""
    types = {"caller": CALLER, "model": (MODELS, model), "text": TEXT}
    native.imports = {types[kind] for kind, _name in parameters}
    native.imports.add(RESPONSE)
    defined = {binding.name for binding in facts.stored() if isinstance(binding.owner, GlobalScope)}
    imported = {alias.evaluated_alias or alias.evaluated_name for alias in facts.all(cst.ImportAlias)}
    for _source, name in native.imports:
        if name in defined | imported and not _imports_ours(facts, name):
            raise NotNative(f"the module means something else by {name}")
    signature = ", ".join(f"{name}: {types[kind][1]}" for kind, name in parameters)
    answer = "Response | None" if may_be_none else "Response"
    shape = cst.parse_statement(f"def f({signature}) -> {answer}: ...", facts.module.config_for_parsing)
    assert isinstance(shape, cst.FunctionDef)
    wanted = shape

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        return node.with_changes(params=wanted.params, returns=wanted.returns)

    native.changes[function] = change
    uses_model = any(kind == "model" for kind, _name in parameters)
    native.endpoint = Endpoint(
        native.endpoint.key,
        native.endpoint.path,
        native.endpoint.function,
        tuple(parameters),
        model if uses_model else None,
        tuple(keys),
    )


def _imports_ours(facts: Facts, name: str) -> bool:
    for statement in facts.all(cst.ImportFrom):
        if isinstance(statement.names, cst.ImportStar) or statement.module is None:
            continue
        source = facts.module.code_for_node(statement.module)
        if any(alias.evaluated_name == name for alias in statement.names):
            return source.startswith("sse_service.") or source == "fastapi"
    return False


def _function(facts: Facts, handler: Handler) -> cst.FunctionDef:
    found = [node for node in facts.all(cst.FunctionDef) if node.name.value == handler.function]
    if len(found) != 1 or facts.qualified_name(found[0]) != handler.function:
        raise NotNative(f"{handler.function} is not defined once, at the top of {handler.path}")
    function = found[0]
    if function.decorators:
        decorator = facts.module.code_for_node(function.decorators[0].decorator)
        raise NotNative(f"the decorator {decorator} wants the event")
    if function.asynchronous is not None:
        raise NotNative("it is a coroutine function")
    params = function.params
    plain = not (params.kwonly_params or params.posonly_params or params.star_kwarg) and isinstance(
        params.star_arg, cst.MaybeSentinel
    )
    if not plain or len(params.params) != 2 or any(param.default is not None for param in params.params):
        raise NotNative("its parameters are not just the event and the context")
    binding = facts.binding(params.params[1].name)
    if binding is None or facts.loads(binding) or len(facts.stores(binding)) != 1:
        raise NotNative("it uses the Lambda context")
    return function


def _check_not_called(project: Project, facts: Facts, function: cst.FunctionDef) -> None:
    name = function.name.value
    for other, node in project.mentions(name, project.users(facts.path)):
        above = other.parent(node)
        if isinstance(above, cst.Arg) and above.keyword is node:
            continue
        if isinstance(above, cst.Attribute) and above.attr is node:
            if other is facts or not other.imported(above.value):
                continue
            base = other.imported(above.value)
            if not any(facts.path in project.files_named(dotted) for dotted in base):
                continue
        elif isinstance(above, cst.ImportAlias):
            statement = other.parent(above)
            if not isinstance(statement, cst.ImportFrom) or facts.path not in project.sources_of(statement):
                continue
        elif other is not facts or _is_local(facts, node):
            continue
        raise NotNative(f"{other.path}:{other.line(node)} also uses it")


def _is_local(facts: Facts, node: cst.CSTNode) -> bool:
    binding = facts.binding(node)
    return binding is not None and not isinstance(binding.owner, GlobalScope)


def _reads(facts: Facts, function: cst.FunctionDef, changes: Changes) -> list[EventRead]:
    binding = facts.binding(function.params.params[0].name)
    if binding is None or len(facts.stores(binding)) != 1:
        raise NotNative("the event is replaced by something else")
    reads: list[EventRead] = []
    for found in event_reads(facts, binding):
        if isinstance(found, EventRead):
            reads.append(found)
        else:
            statement, inner = found
            changes[statement] = remove()
            reads.extend(inner)
    return reads


def _in_place_of(read: EventRead, route: Route, api: Api, caller: str) -> str | None:
    """The expression that the endpoint has instead; None for the body."""
    path = read.step.path
    if path == BODY:
        return None
    if path == ROUTE_KEY:
        return repr(route.key)
    if path == EVENT_TYPE:
        return repr({"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route.key, "MESSAGE"))
    assert path in PATHS
    return f"{caller}.{attribute_of(read, connect=route.key == '$connect', authorized=api.authorizer is not None)}"


def _chosen_by_key(api: Api, route: Route) -> bool:
    """Whether only JSON objects can come here: the route is chosen by the value of a key."""
    simple = re.fullmatch(r"\$\{?request\.body\.[A-Za-z_][\w.]*\}?", api.route_selection_expression)
    return simple is not None and not route.key.startswith("$")
