"""A loop that sends the same to each connection with equal attributes -> one streams.broadcast to the group.

https://docs.aws.amazon.com/apigatewaymanagementapi/latest/reference/API_PostToConnection.html

Only where the loop does nothing else, and passes over every failed send without a word: then a broadcast gives each
client the same messages in the same order. It runs after `connection_table` and `stream_send`, on what they have made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import libcst as cst

from migrator.rewrite.python.edits import Change, remove
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.purity import is_pure
from migrator.rewrite.python.settled import Settled
from migrator.rewrite.python.syntax import dotted_name, keywords, method_call, subscript_key
from migrator.rewrite.rule import Example, RulePage

RULE = "group_broadcast"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
import os

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def tell(room, text, url):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
    for row in table.scan(FilterExpression=Attr("room").eq(room))["Items"]:
        try:
            client.post_to_connection(ConnectionId=row["connectionId"], Data=text)
        except Exception:
            pass
""",
        after="""\
from sse_service.live import streams


def tell(room, text, url):
    try:
        streams.broadcast(text, group={"room": room})
    except Exception:
        pass
""",
    ),
    leaves_alone=(
        "a loop that counts, logs, deletes rows or does anything else beside sending",
        "a loop that leaves somebody out, such as the sender",
        "a loop that a failed send ends: one that passes over ConnectionGone alone ends at a client that does not read",
        "a message that is not the same for all, or is more than computed",
        "attributes that are more than a name or a literal",
        "a list of connections that is used for more than the loop",
    ),
)


CLOCKS = frozenset({"now", "utcnow", "time"})
"""Calls of these are pure, and give another value each time."""

_CANNOT_FAIL = cst.Name | cst.SimpleString | cst.Integer
"""Attributes are evaluated before the loop, and would be within the `try`, where an error is passed over."""


def rewrite(facts: Facts, keys: frozenset[str]) -> dict[cst.For, dict[cst.CSTNode, Change]]:
    """Changes by loop. `keys`: by which rows have the connection id."""
    found: dict[cst.For, dict[cst.CSTNode, Change]] = {}
    for loop in facts.all(cst.For):
        data = _sent_to_each(facts, loop, keys)
        if data is None or any(isinstance(node, cst.Comment) for node in _everything(loop)):
            continue
        listed = _listed(facts, loop)
        group = loop.iter if listed is None else listed.value
        wanted = keywords(group) if isinstance(group, cst.Call) and dotted_name(group.func) == "streams.find" else None
        if wanted is None or not all(isinstance(value, _CANNOT_FAIL) for value in wanted.values()):
            continue
        found[loop] = {loop: _broadcast(data, wanted)}
        if listed is not None:
            found[loop][listed] = remove()
    return found


def named(settled: Settled, before: Facts, functions: Collection[str]) -> Settled:
    """The record of a push says that it is a broadcast now, when it was the only one of one of these functions."""
    if settled.kind != "push" or settled.path != before.path:
        return settled
    pushes = [call for call in before.all(cst.Call) if method_call(call, "post_to_connection")]
    of = {call: before.qualified_name(call) for call in pushes}
    mine = [
        call for call in pushes if (before.range(call).start.line, before.range(call).start.column) == settled.start
    ]
    if not mine or of[mine[0]] not in functions or list(of.values()).count(of[mine[0]]) != 1:
        return settled
    return replace(settled, rule=RULE, reason="streams.broadcast to the group")


def _sent_to_each(facts: Facts, loop: cst.For, keys: frozenset[str]) -> cst.BaseExpression | None:
    """What the loop sends to the id of each row; None when it does anything else."""
    row, body = loop.target, loop.body
    if loop.asynchronous or loop.orelse or not isinstance(row, cst.Name) or not isinstance(body, cst.IndentedBlock):
        return None
    *before, last = body.body
    named = _names_id(before, row, keys) if before else None
    send = _send(last)
    if send is None or (before and named is None):
        return None
    whom, data = send
    own = [row] if named is None else [row, named]
    is_id = _is_id(whom, row, keys) if named is None else whom.deep_equals(named)
    same = _is_the_same_each_time(data, {name.value for name in own})
    return data if is_id and same and all(_stays_within(facts, name, loop) for name in own) else None


def _send(statement: cst.CSTNode) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """To whom and what, in `try: streams.send(id, data)` that passes over whatever fails."""
    if not isinstance(statement, cst.Try) or not _passes_over_all(statement):
        return None
    line = _only(statement.body.body, cst.Expr)
    send = line.value if isinstance(line, cst.Expr) else None
    if not isinstance(send, cst.Call) or dotted_name(send.func) != "streams.send" or len(send.args) != 2:
        return None
    whom, data = send.args
    return None if whom.keyword or data.keyword or whom.star or data.star else (whom.value, data.value)


def _is_the_same_each_time(data: cst.BaseExpression, own: set[str]) -> bool:
    """`own`: what is another for each row."""
    names = {node.value for node in _everything(data) if isinstance(node, cst.Name)}
    return is_pure(data) and not names & (own | CLOCKS)


def _names_id(before: list[cst.BaseStatement], row: cst.Name, keys: frozenset[str]) -> cst.Name | None:
    """The variable of `connection = row["connection_id"]`, when that is all."""
    assigned = _only(before, cst.Assign)
    if not isinstance(assigned, cst.Assign) or len(assigned.targets) != 1 or not _is_id(assigned.value, row, keys):
        return None
    target = assigned.targets[0].target
    return target if isinstance(target, cst.Name) else None


def _passes_over_all(block: cst.Try) -> bool:
    """`except Exception: pass`, or `continue`; nothing else."""
    if len(block.handlers) != 1 or block.orelse or block.finalbody:
        return False
    handler = block.handlers[0]
    kind = None if handler.type is None else dotted_name(handler.type)
    body = handler.body.body
    does_nothing = _only(body, cst.Pass) or _only(body, cst.Continue)
    return kind in {None, "Exception", "BaseException"} and handler.name is None and bool(does_nothing)


def _listed(facts: Facts, loop: cst.For) -> cst.Assign | None:
    """`found = streams.find(...)` right before the loop, when nothing but the loop reads it."""
    binding = facts.binding(loop.iter) if isinstance(loop.iter, cst.Name) else None
    values = facts.values(binding) if binding is not None else None
    if binding is None or values is None or len(values) != 1 or facts.loads(binding) != [loop.iter]:
        return None
    assigned = facts.statement(values[0])
    line, block = facts.parent(assigned), facts.parent(loop)
    if not isinstance(assigned, cst.Assign) or not isinstance(block, cst.IndentedBlock | cst.Module):
        return None
    statements = list(block.body)
    place = next(number for number, statement in enumerate(statements) if statement is loop)
    return assigned if place and statements[place - 1] is line and _only([statements[place - 1]], cst.Assign) else None


def _stays_within(facts: Facts, name: cst.Name, loop: cst.For) -> bool:
    """Whether the variable is that of the loop alone."""
    binding = facts.binding(name)
    inside = set(_everything(loop))
    return binding is not None and all(node in inside for node in (*facts.loads(binding), *facts.stores(binding)))


def _broadcast(data: cst.BaseExpression, wanted: dict[str, cst.BaseExpression]) -> Change:
    elements = [cst.DictElement(cst.SimpleString(f'"{name}"'), value) for name, value in wanted.items()]
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    args = [cst.Arg(data), cst.Arg(cst.Dict(elements), keyword=cst.Name("group"), equal=tight)]
    line = cst.SimpleStatementLine([cst.Expr(cst.Call(cst.parse_expression("streams.broadcast"), args))])

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.For)
        block = node.body.body[-1]
        assert isinstance(block, cst.Try)
        handler = block.handlers[0]
        nothing = handler.body.with_changes(body=[cst.SimpleStatementLine([cst.Pass()])])
        return block.with_changes(
            body=block.body.with_changes(body=[line]),
            handlers=[handler.with_changes(body=nothing)],
            leading_lines=node.leading_lines,
        )

    return change


def _is_id(node: cst.BaseExpression, row: cst.Name, keys: frozenset[str]) -> bool:
    return isinstance(node, cst.Subscript) and node.value.deep_equals(row) and subscript_key(node) in keys


def _only(block: Sequence[cst.CSTNode], kind: type[cst.CSTNode]) -> cst.CSTNode | None:
    """The one small statement of the block, if it is of this kind."""
    line = block[0] if len(block) == 1 else None
    if isinstance(line, cst.SimpleStatementLine):
        return _only(line.body, kind)
    return line if isinstance(line, kind) else None


def _everything(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and all below it, comments too."""
    yield node
    for child in node.children:
        yield from _everything(child)
