"""What a handler answers: the status of a literal, or of a helper that only wraps a literal."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.called import called
from migrator.rewrite.python.conditions import dictionary
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.purity import is_pure
from migrator.rewrite.python.syntax import argument

IGNORED = frozenset({"statusCode", "body", "isBase64Encoded", "headers"})
"""Members of an answer; only the status counts on a route without a route response."""


class NotLiteral(NotNative):
    """The answer is only known when the function has run."""


def status_of(project: Project, facts: Facts, value: cst.BaseExpression, *, connect: bool) -> int:
    """The status that the expression always gives. Raises NotLiteral, or NotNative where the answer counts otherwise.

    `connect`: on other routes nobody looks at the answer, so one without a status is as good as 200.
    """
    at = f"line {facts.line(value)}"
    if isinstance(value, cst.Call):
        return _status_by_helper(project, facts, value, at)
    values = dictionary(value)
    if values is None and not connect and is_pure(value) and not isinstance(value, cst.Name):
        return 200
    if values is None or (connect and "statusCode" not in values):
        raise NotLiteral(f"{at} returns something other than a literal with statusCode")
    _check_members(values, value, at)
    if "statusCode" not in values:
        return 200
    status = values["statusCode"]
    if not isinstance(status, cst.Integer):
        raise NotLiteral(f"{at} computes its statusCode")
    return status.evaluated_value


def _check_members(values: dict[str, cst.BaseExpression], whole: cst.BaseExpression, at: str) -> None:
    if m.findall(whole, m.SimpleString(m.MatchIfTrue(lambda text: "sec-websocket" in text.lower()))):
        raise NotNative(f"{at} answers with a subprotocol")
    more = sorted(set(values) - IGNORED)
    if more:
        raise NotLiteral(f"{at} also returns {', '.join(more)}")
    if not all(is_pure(value) for value in values.values()):
        raise NotLiteral(f"{at} does something else while it makes the body that nobody receives")


def _status_by_helper(project: Project, facts: Facts, call: cst.Call, at: str) -> int:
    """`respond(200, "ok")`, where `respond` does nothing but make the literal."""
    unknown = NotLiteral(f"{at} returns something other than a literal with statusCode")
    found = called(project, facts, call.func)
    if found is None:
        raise unknown
    home, function = found
    wrapped = _wrapped(function)
    if wrapped is None or not all(is_pure(arg.value) and not arg.star for arg in call.args):
        raise unknown
    values = dictionary(wrapped)
    if values is None or "statusCode" not in values:
        raise unknown
    _check_members(values, wrapped, f"{home.path}:{home.line(wrapped)}")
    status = values["statusCode"]
    if isinstance(status, cst.Name):
        parameters = list(function.params.params)
        position = next((i for i, p in enumerate(parameters) if p.name.value == status.value), None)
        if position is None:
            raise unknown
        given = argument(call, status.value, position) or parameters[position].default
        if given is None:
            raise unknown
        status = given
    if not isinstance(status, cst.Integer):
        raise NotLiteral(f"{at} computes its statusCode")
    return status.evaluated_value


def _wrapped(function: cst.FunctionDef) -> cst.BaseExpression | None:
    """The value of the only `return` of a function that otherwise only gives values to its own variables."""
    if function.decorators or function.asynchronous is not None or not isinstance(function.body, cst.IndentedBlock):
        return None
    *before, last = function.body.body
    only = last.body[0] if isinstance(last, cst.SimpleStatementLine) and len(last.body) == 1 else None
    if not isinstance(only, cst.Return) or not all(_is_quiet(statement) for statement in before):
        return None
    return only.value


def _is_quiet(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=smalls):
            return all(_is_quiet(small) for small in smalls)
        case cst.If(test=test, body=cst.IndentedBlock(body=inner), orelse=None):
            return is_pure(test) and all(_is_quiet(small) for small in inner)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name())], value=value):
            return is_pure(value)
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()) | cst.Pass():
            return True
    return False
