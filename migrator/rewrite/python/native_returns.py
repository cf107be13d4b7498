"""`return {"statusCode": 200}` -> `return Response(status_code=200)`; whatever else, `return to_response(…)`."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from migrator.rewrite.python.answers import NotLiteral, status_of
from migrator.rewrite.python.conditions import dictionary
from migrator.rewrite.python.control_flow import always_leaves
from migrator.rewrite.python.edits import Change, Changes, replace
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.situation import Situation

ANSWERS = "sse_service.answers"


@dataclass
class Returns:
    """`dropped`: values that go. `imports`: names of sse_service.answers. `caller`: whether answers want the caller."""

    changes: Changes = field(default_factory=dict)
    dropped: set[cst.CSTNode] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    caller: bool = False
    may_be_none: bool = False


def returns(
    project: Project, facts: Facts, function: cst.FunctionDef, situation: Situation, caller: str, *, answers: bool
) -> Returns:
    """`answers`: what it returns as its body goes to the client as a message. Raises NotNative."""
    found = Returns(may_be_none=not always_leaves(function.body))
    for node in facts.all(cst.Return):
        if facts.enclosing(node, cst.FunctionDef) is not function:
            continue
        if node.value is None or (isinstance(node.value, cst.Name) and node.value.value == "None"):
            found.may_be_none = True
            continue
        if answers and _may_have_body(node.value):
            found.changes[node.value] = _given_to("send_answer", facts, caller)
            found.imports.add("send_answer")
            found.caller = True
            continue
        try:
            status = status_of(project, facts, node.value, connect=situation.connects)
        except NotLiteral:
            name = "connect_response" if situation.connects else "to_response"
            found.changes[node.value] = _given_to(name, facts)
            found.imports.add(name)
        else:
            found.changes[node.value] = replace(f"Response(status_code={status})", facts.module)
            found.dropped.add(node.value)
    return found


def _may_have_body(value: cst.BaseExpression) -> bool:
    members = dictionary(value)
    return members is None or "body" in members


def _given_to(name: str, facts: Facts, caller: str = "") -> Change:
    shape = cst.parse_expression(f"{name}({caller})", facts.module.config_for_parsing)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)
        assert isinstance(shape, cst.Call)
        between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        before = [arg.with_changes(comma=between) for arg in shape.args]
        return shape.with_changes(args=[*before, cst.Arg(node)])

    return change
