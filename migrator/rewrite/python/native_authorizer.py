"""An authorizer that takes an event -> a typed FastAPI dependency that says who the caller is, or refuses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
https://fastapi.tiangolo.com/tutorial/dependencies/
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m
from libcst.metadata import GlobalScope

from migrator.inventory.model import Api, Handler, Inventory
from migrator.rewrite.python.catching import may_be_caught
from migrator.rewrite.python.context_use import context_use
from migrator.rewrite.python.control_flow import always_leaves
from migrator.rewrite.python.edits import apply_changes, remove, replace
from migrator.rewrite.python.event_helpers import Role, Twin, Work, collect
from migrator.rewrite.python.event_reads import PATHS, EventRead, NotNative
from migrator.rewrite.python.event_use import event_use
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.native import apply_work
from migrator.rewrite.python.native_endpoint import check_names, parameter
from migrator.rewrite.python.native_shape import check_not_called, handler_function, main_guards, plain_function
from migrator.rewrite.python.parameter_names import CALLERS, free_name, names_in
from migrator.rewrite.python.parsing import Tree
from migrator.rewrite.python.policies import Decision, Policies
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.situation import Situation
from migrator.rewrite.python.syntax import string
from migrator.rewrite.rule import Example, RulePage
from migrator.rewrite.scope import EVERYTHING, Scope

RULE = "native_authorizer"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
def allow(event, context):
    token = event["headers"].get("Authorization")
    if token is None:
        raise Exception("Unauthorized")
    return {
        "principalId": token,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}],
        },
        "context": {"user": token},
    }
""",
        after="""\
from fastapi import HTTPException
from sse_service.identity import Identity, OpeningCaller


def allow(caller: OpeningCaller) -> Identity:
    token = caller.authorizer_headers.get("Authorization")
    if token is None:
        raise HTTPException(401, "Unauthorized")
    return Identity(principal_id=token, context={"user": token})
""",
        path="auth.py",
    ),
    leaves_alone=(
        "an authorizer that reads the event by keys that are not known, or keeps it",
        "an authorizer whose policies depend on more than the code that makes them",
        "an authorizer that other code calls, or that also serves a route",
    ),
)
PROVEN = "every use of its event and every policy that it returns is understood"
IDENTITY = ("sse_service.identity", "Identity")
CALLER = ("sse_service.identity", "OpeningCaller")
ERROR = ("fastapi", "HTTPException")


@dataclass(frozen=True)
class AuthorizerLevel:
    """Whether the authorizer takes a caller now. `reason`: what was proven, or the first predicate that failed."""

    path: str
    function: str
    native: bool
    reason: str


class _Asked(Situation):
    """An authorizer's event: that of `$connect`, with maps that are always there, and nothing that it adds itself."""

    def has(self, key: str) -> bool | None:
        return True if key in {"headers", "queryStringParameters", "methodArn", "requestContext"} else None

    def attribute(self, read: EventRead, caller: str) -> str:
        name = PATHS[read.step.path]
        if name in {"query", "method_arn"}:
            return f"{caller}.{name}"
        return f"{caller}.authorizer_headers" if name == "headers" else super().attribute(read, caller)


def make_authorizer_native(
    tree: Tree, inventory: Inventory, api: Api, twins: dict[str, Twin], scope: Scope = EVERYTHING
) -> AuthorizerLevel | None:
    """`twins`: those that routes have made; its own are added. None without an authorizer in Python that can be read.
    Changes nothing where something is not proven."""
    wanted = api.authorizer.handler if api.authorizer is not None else None
    handler = inventory.handler(wanted) if wanted is not None else None
    if handler is None or handler.language != "python" or handler.problem is not None:
        return None
    if tree.project.facts(handler.path) is None:
        return None
    left_out = scope.why_not(RULE)
    reason = left_out
    if left_out is None:
        try:
            _try(tree, handler, twins)
        except NotNative as why:
            reason = str(why)
    return AuthorizerLevel(handler.path, handler.function, reason is None, reason or PROVEN)


def _try(tree: Tree, handler: Handler, twins: dict[str, Twin]) -> None:
    draft = tree.draft()
    facts = draft.project.facts(handler.path)
    assert facts is not None
    function = handler_function(facts, handler)
    if any(trigger.kind != "authorizer" for trigger in handler.triggers):
        raise NotNative("something else triggers it as well")
    if any(ERROR[1] in module.words for module in draft.project.modules.values()):
        raise NotNative("the application has an HTTPException of its own")
    check_not_called(draft.project, facts, function)
    plain = plain_function(facts, function)
    if plain is not function:
        draft.update({facts.path: apply_changes(facts.module, {function: lambda _node: plain})})
        facts = draft.project.facts(handler.path)
        assert facts is not None
        function = handler_function(facts, handler)
    work = Work(draft.project, _Asked("$connect", authorized=False), twins)
    work.changes[facts.path].update({guard: remove() for guard in main_guards(facts, function.name.value)})
    _rewrite(work, facts, function)
    apply_work(draft, work)
    twins |= work.twins
    tree.adopt(draft)


def _rewrite(work: Work, facts: Facts, function: cst.FunctionDef) -> None:
    changes, names = work.changes[facts.path], {IDENTITY, CALLER}
    caller = free_name(CALLERS, names_in(function))
    event = parameter(facts, function, 0)
    dropped: set[cst.CSTNode] = set()
    for decision, statement in _decisions(facts, function, Policies(work.project, facts, event)):
        dropped.update(decision.dropped)
        if (
            decision.allowed
            or statement is None
            or not decision.told_nothing
            or may_be_caught(work.project, facts, statement)
        ):
            changes[decision.node] = decision.made
            continue
        dropped.add(decision.node)
        names.add(ERROR)
        refusal = cst.Raise(cst.parse_expression('HTTPException(403, "Forbidden")', facts.module.config_for_parsing))
        changes[statement] = lambda _node, refusal=refusal: refusal  # type: ignore[misc]
    for error in facts.all(cst.Raise):
        if facts.enclosing(error, cst.FunctionDef) is function and _refuses(work.project, facts, error):
            assert error.exc is not None
            changes[error.exc] = replace('HTTPException(401, "Unauthorized")', facts.module)
            names.add(ERROR)
    use = event_use(facts, event, work.situation, caller, (), dropped)
    if use.bodies:
        raise NotNative("it reads a body that this event never has")
    context = context_use(facts, parameter(facts, function, 1), caller)
    changes.update(use.changes)
    changes.update(context.changes)
    handed: dict[cst.Call, dict[cst.BaseExpression, Role]] = {}
    collect(facts, [*((w.node, w.path) for w in use.handed), *((node, None) for node in context.handed)], handed)
    for call, roles in handed.items():
        work.hand_over(facts, call, roles, caller, "", changes)
    check_names(facts, names)
    work.imports[facts.path] |= names
    shape = cst.parse_statement(f"def f({caller}: {CALLER[1]}) -> {IDENTITY[1]}: ...", facts.module.config_for_parsing)
    assert isinstance(shape, cst.FunctionDef)
    params, returns = shape.params, shape.returns

    def signature(node: cst.CSTNode) -> cst.CSTNode:
        return node.with_changes(params=params, returns=returns)

    changes[function] = signature


def _decisions(facts: Facts, function: cst.FunctionDef, policies: Policies) -> list[tuple[Decision, cst.Return | None]]:
    """Each with its statement, where that is a `return` of nothing else. Raises NotNative."""
    if not always_leaves(function.body) or m.findall(function, m.Yield()):
        raise NotNative("it may end without an answer")
    found: list[tuple[Decision, cst.Return | None]] = []
    for statement in facts.all(cst.Return):
        if facts.enclosing(statement, cst.FunctionDef) is not function:
            continue
        if statement.value is None:
            raise NotNative(f"line {facts.line(statement)} returns no policy")
        values = _held(facts, statement.value)
        if values is None:
            found.append((policies.decision(statement.value), statement))
        else:
            found += [(policies.decision(value), None) for value in values if value not in [d.node for d, _ in found]]
    return found


def _held(facts: Facts, value: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    """What the variable may hold, where all that is done with it is to return it; None for anything else."""
    binding = facts.binding(value) if isinstance(value, cst.Name) else None
    if binding is None or isinstance(binding.owner, GlobalScope):
        return None
    returned = all(isinstance(facts.parent(load), cst.Return) for load in facts.loads(binding))
    return (facts.values(binding) or None) if returned else None


def _refuses(project: Project, facts: Facts, statement: cst.Raise) -> bool:
    """`raise Exception("Unauthorized")`, which API Gateway answers with 401; only where nobody can see the error."""
    call = statement.exc
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Name)
        and call.func.value == "Exception"
        and facts.is_builtin(call.func)
        and len(call.args) == 1
        and not call.args[0].star
        and string(call.args[0].value) == "Unauthorized"
        and not may_be_caught(project, facts, statement)
    )
