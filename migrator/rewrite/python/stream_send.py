"""Send to one connection: post_to_connection -> streams.send, and except GoneException -> except ConnectionGone.

https://docs.aws.amazon.com/apigatewaymanagementapi/latest/reference/API_PostToConnection.html

Only where every use of the client, and everything that may catch what it raises, is understood. Else the drop-in
client stays, which raises what boto3 raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.rewrite.python.constructions import constructions
from migrator.rewrite.python.edits import Change, remove
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.gone import (
    GONE,
    asks_what_failed,
    caught_further_out,
    exception_types,
    is_botocore,
    tries_around,
)
from migrator.rewrite.python.gone_by_code import gone_by_code
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import settle
from migrator.rewrite.python.syntax import keywords
from migrator.rewrite.rule import Example, RulePage

RULE = "stream_send"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
import boto3


def tell(connection_id, data, url):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
    try:
        client.post_to_connection(ConnectionId=connection_id, Data=data)
    except client.exceptions.GoneException:
        forget(connection_id)
""",
        after="""\
from sse_service.live import streams
from sse_service.streams import ConnectionGone


def tell(connection_id, data, url):
    try:
        streams.send(connection_id, data)
    except ConnectionGone:
        forget(connection_id)
""",
    ),
    leaves_alone=(
        "a client that is passed on, kept in a container, or used for more than post_to_connection",
        "a push whose arguments are not ConnectionId and Data, once each",
        "a push around which, or around whose caller, AWS's own errors are caught in a way that is not understood",
        "functions that run outside of the service: they push over HTTP",
    ),
)
LIVE = "sse_service.live"
GONE_IMPORT = ("sse_service.streams", "ConnectionGone")


class _NotProven(Exception):
    """Why a client stays a client."""


@dataclass
class _Client:
    """One variable, or one call without a variable, and what is done with it."""

    constructions: list[cst.Call] = field(default_factory=list)
    pushes: list[cst.Call] = field(default_factory=list)
    gone_types: list[cst.Attribute] = field(default_factory=list)
    stores: list[cst.CSTNode] = field(default_factory=list)


def rewrite(project: Project, facts: Facts, outside: str | None = None) -> tuple[RuleResult, dict[cst.CSTNode, str]]:
    """What can be proven, and for each other construction the reason.

    `outside`: a function that uses the module where the streams are not; None when there is none.
    """
    result = RuleResult()
    reasons: dict[cst.CSTNode, str] = {}
    if outside is not None:
        sentence = f"drop-in client: {outside} runs outside of the service, and pushes over HTTP"
        return result, dict.fromkeys(constructions(project, facts), sentence)
    for calls, binding in _groups(project, facts):
        try:
            client = _client(project, facts, calls, binding)
            changes = _changes(project, facts, client)
        except _NotProven as why:
            reasons.update((call, f"drop-in client: {why}") for call in calls)
            continue
        result.changes.update(changes)
        result.imports.add((LIVE, "streams"))
        if any(node in client.gone_types or isinstance(node, cst.ExceptHandler) for node in changes):
            result.imports.add(GONE_IMPORT)
        for call in calls:
            gone = settle(facts, call, "management_client", "rewritten", RULE, "safe", "no client needed")
            result.settled.append(gone)
        for push in client.pushes:
            result.settled.append(settle(facts, push, "push", "rewritten", RULE, "safe", "streams.send"))
    return result, reasons


def _groups(project: Project, facts: Facts) -> list[tuple[list[cst.Call], Binding | None]]:
    by_binding: dict[Binding, list[cst.Call]] = {}
    alone: list[tuple[list[cst.Call], Binding | None]] = []
    for call in constructions(project, facts):
        target = facts.target(call)
        binding = facts.binding(target) if target is not None else None
        if binding is None:
            alone.append(([call], None))
        else:
            by_binding.setdefault(binding, []).append(call)
    return [*((calls, binding) for binding, calls in by_binding.items()), *alone]


def _client(project: Project, facts: Facts, calls: list[cst.Call], binding: Binding | None) -> _Client:
    client = _Client(constructions=calls)
    if binding is None:
        _classify(facts, calls[0], client)
        return client
    _check_values(facts, binding, calls)
    _check_outsiders(project, facts, binding)
    client.stores = facts.stores(binding)
    for load in facts.loads(binding):
        _classify(facts, load, client)
    return client


def _check_values(facts: Facts, binding: Binding, calls: list[cst.Call]) -> None:
    values = facts.values(binding)
    if values is None:
        raise _NotProven(f"{binding.name} gets its value in more than one way")
    for value in values:
        is_none = isinstance(value, cst.Name) and value.value == "None"
        if value not in calls and not is_none:
            raise _NotProven(f"{binding.name} may be something else (line {facts.line(value)})")


def _check_outsiders(project: Project, facts: Facts, binding: Binding) -> None:
    """Nobody outside of the class or module may reach the variable."""
    in_class = isinstance(binding.owner, cst.ClassDef)
    if not in_class and not isinstance(binding.owner, GlobalScope):
        return
    within = None if in_class else project.users(facts.path)
    for other, node in project.mentions(binding.name, within):
        above = other.parent(node)
        if isinstance(above, cst.Attribute) and above.attr is node:
            if in_class and other.binding(above) == binding:
                continue
            same_name = other.binding(above)
            if same_name is not None and other.stores(same_name):
                continue  # another class's own attribute of the same name
            if project.reaches(other, above, facts.path, in_class=in_class):
                raise _NotProven(f"{other.path}:{other.line(node)} reaches {binding.name} from outside")
        elif not in_class and isinstance(above, cst.ImportAlias) and other is not facts:
            raise _NotProven(f"{other.path}:{other.line(node)} imports {binding.name}")


def _classify(facts: Facts, load: cst.BaseExpression, client: _Client) -> None:
    access = facts.parent(load)
    if isinstance(access, cst.Attribute) and access.value is load:
        above = facts.parent(access)
        if access.attr.value == "post_to_connection" and isinstance(above, cst.Call) and above.func is access:
            client.pushes.append(above)
            return
        is_gone = isinstance(above, cst.Attribute) and above.value is access and above.attr.value == GONE
        if access.attr.value == "exceptions" and is_gone:
            assert isinstance(above, cst.Attribute)
            client.gone_types.append(above)
            return
        raise _NotProven(f"its {access.attr.value} is used on line {facts.line(access)}")
    raise _NotProven(f"it is passed on or compared on line {facts.line(load)}")


def _changes(project: Project, facts: Facts, client: _Client) -> dict[cst.CSTNode, Change]:
    changes: dict[cst.CSTNode, Change] = {}
    for push in client.pushes:
        changes[push] = _send(facts, push)
        _check_result(project, facts, push)
        understood = _check_clauses(facts, push, client, changes)
        if not understood:
            further = caught_further_out(project, facts, push)
            if further is not None:
                raise _NotProven(further)
    for kind in client.gone_types:
        changes[kind] = lambda _node: cst.Name("ConnectionGone")
    for store in client.stores:
        changes[facts.statement(store)] = remove()
    return changes


def _send(facts: Facts, push: cst.Call) -> Change:
    given = keywords(push)
    if given is None or set(given) != {"ConnectionId", "Data"}:
        raise _NotProven(f"line {facts.line(push)} doesn't give exactly ConnectionId and Data by name")
    order = [arg.keyword.value for arg in push.args if arg.keyword is not None]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        by_name = {arg.keyword.value: arg for arg in node.args if arg.keyword is not None}
        # The place of an argument keeps its comma, so that line breaks stay where they were.
        commas = [by_name[name].comma for name in order]
        spaces = [by_name[name].whitespace_after_arg for name in order]
        args = [
            cst.Arg(by_name[name].value, comma=comma, whitespace_after_arg=space)
            for name, comma, space in zip(("ConnectionId", "Data"), commas, spaces, strict=True)
        ]
        return node.with_changes(func=cst.parse_expression("streams.send"), args=args)

    return change


def _check_result(project: Project, facts: Facts, push: cst.Call) -> None:
    above = facts.parent(push)
    if isinstance(above, cst.Expr):
        return
    target = facts.target(push)
    binding = facts.binding(target) if target is not None else None
    if binding is not None and isinstance(target, cst.Name) and not facts.loads(binding):
        return
    function = facts.enclosing(push, cst.FunctionDef)
    if isinstance(above, cst.Return) and function is not None:
        name = function.name.value
        calls = list(project.calls(name))
        ignored = all(isinstance(caller.parent(call), cst.Expr) for caller, call in calls)
        others = [n for f, n in project.mentions(name) if not isinstance(f.parent(n), cst.ImportAlias)]
        if ignored and len(others) == len(calls):
            return
    raise _NotProven(f"the answer of AWS is used on line {facts.line(push)}")


def _check_clauses(facts: Facts, push: cst.Call, client: _Client, changes: dict[cst.CSTNode, Change]) -> bool:
    """Whether nothing that the push raises leaves the function without having been understood."""
    complete = False
    for block in tries_around(facts, push):
        if isinstance(block, cst.TryStar):
            raise _NotProven(f"line {facts.line(block)} catches groups of exceptions")
        for handler in block.handlers:
            kinds = exception_types(handler)
            if any(kind in client.gone_types for kind in kinds):
                continue
            if any(is_botocore(facts, kind) for kind in kinds):
                change = gone_by_code(facts, handler)
                if change is None:
                    raise _NotProven(f"line {facts.line(handler)} also catches AWS errors that are not 'gone'")
                changes[handler] = change
            elif asks_what_failed(handler):
                raise _NotProven(f"line {facts.line(handler)} looks for the reason inside the exception")
            elif not kinds or any(_name(kind) in {"Exception", "BaseException"} for kind in kinds):
                complete = True
    return complete


def _name(kind: cst.BaseExpression) -> str:
    return kind.value if isinstance(kind, cst.Name) else ""
