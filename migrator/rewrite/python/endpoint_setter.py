"""A method that only told the client where the API stands, `set_endpoint(domain, stage)`: it and its calls go.

A stream needs no address. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from migrator.rewrite.python.edits import Changes, remove
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.purity import is_pure
from migrator.rewrite.rule import Example, RulePage

RULE = "endpoint_setter"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
import boto3


class Sender:
    def set_endpoint(self, domain, stage):
        self.client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{domain}/{stage}")

    def send(self, connection_id, data):
        self.client.post_to_connection(ConnectionId=connection_id, Data=data)


sender = Sender()


def tell(event, connection_id, data):
    sender.set_endpoint(event["domain"], event["stage"])
    sender.send(connection_id, data)
""",
        after="""\
from sse_service.live import streams


class Sender:
    def send(self, connection_id, data):
        streams.send(connection_id, data)


sender = Sender()


def tell(event, connection_id, data):
    sender.send(connection_id, data)
""",
    ),
    leaves_alone=(
        "a method that does anything besides making the client",
        "a method with decorators, or with a name that the application has twice",
        "a call whose arguments do something when they are computed",
    ),
)


def without_setters(project: Project, candidates: Iterable[tuple[str, str]]) -> dict[str, tuple[Facts, Changes]]:
    """Changes by file. `candidates`: (file, qualified name) of the functions that have just lost a client."""
    changes: dict[str, tuple[Facts, Changes]] = {}
    for path, name in candidates:
        facts = project.facts(path)
        function = _find(facts, name) if facts is not None else None
        if facts is None or function is None:
            continue
        gone = _setter(project, facts, function)
        for other, node in gone:
            changes.setdefault(other.path, (other, {}))[1][node] = remove()
    return changes


def _find(facts: Facts, name: str) -> cst.FunctionDef | None:
    return next((node for node in facts.all(cst.FunctionDef) if facts.qualified_name(node) == name), None)


def _setter(project: Project, facts: Facts, function: cst.FunctionDef) -> list[tuple[Facts, cst.CSTNode]]:
    """The method and its calls; empty when it does anything else, or is used as anything else."""
    if function.decorators or function.name.value.startswith("__") or not _does_nothing(project, facts, function):
        return []
    gone: list[tuple[Facts, cst.CSTNode]] = [(facts, function)]
    if len(project.definitions(function.name.value)) != 1:
        return []
    for other, node in project.mentions(function.name.value):
        above = other.parent(node)
        called = above if isinstance(above, cst.Attribute) and above.attr is node else node
        call = other.parent(called)
        statement = other.parent(call) if call is not None else None
        if not (isinstance(call, cst.Call) and call.func is called and isinstance(statement, cst.Expr)):
            return []
        if not all(is_pure(arg.value) for arg in call.args):
            return []
        gone.append((other, statement))
    return gone


def _does_nothing(project: Project, facts: Facts, function: cst.FunctionDef) -> bool:
    return all(_is_idle(project, facts, function, statement) for statement in _flat(function.body))


def _flat(block: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    for statement in block.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body
        else:
            yield statement


def _is_idle(project: Project, facts: Facts, function: cst.FunctionDef, statement: cst.CSTNode) -> bool:
    """Assignments that only this method reads, tests of them, docstrings, `pass` and `return`."""
    match statement:
        case cst.Pass() | cst.Return(value=None) | cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.If(test=test, body=body, orelse=orelse):
            inner = [*_flat(body), *([] if orelse is None else _flat(orelse.body))]
            further = orelse if isinstance(orelse, cst.If) else None
            tested = is_pure(test) and (further is None or _is_idle(project, facts, function, further))
            return tested and all(_is_idle(project, facts, function, small) for small in inner)
        case cst.Assign(targets=[only], value=value):
            return is_pure(value) and _is_private(project, facts, function, only.target)
    return False


def _is_private(
    project: Project, facts: Facts, function: cst.FunctionDef, target: cst.BaseAssignTargetExpression
) -> bool:
    """Whether nobody outside of the function reads what is assigned."""
    if isinstance(target, cst.Name):
        binding = facts.binding(target)
        return binding is not None and all(_is_inside(facts, load, function) for load in facts.loads(binding))
    binding = facts.binding(target)
    if binding is None:
        return False
    known = {node.attr for node in (*facts.loads(binding), *facts.stores(binding)) if isinstance(node, cst.Attribute)}
    outside = [
        node
        for other, node in project.mentions(binding.name)
        if isinstance(above := other.parent(node), cst.Attribute) and above.attr is node and node not in known
    ]
    return not outside and all(_is_inside(facts, load, function) for load in facts.loads(binding))


def _is_inside(facts: Facts, node: cst.CSTNode, function: cst.FunctionDef) -> bool:
    return any(above is function for above in facts.ancestors(node))
