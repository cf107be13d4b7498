"""The shape that a handler must have: a function of an event and a context, which nobody else calls.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.inventory.model import Handler
from migrator.rewrite.python.called import top_function
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project

_FOR_LOGS_AND_TRACES: Final = frozenset({"inject_lambda_context", "capture_lambda_handler"})
"""Decorators of Powertools that do nothing else: https://docs.powertools.aws.dev/lambda/python/latest/core/logger/"""


def handler_function(facts: Facts, handler: Handler) -> cst.FunctionDef:
    """The function of a handler, if its shape is one that an endpoint can come from. Raises NotNative."""
    function = top_function(facts, handler.function)
    if function is None:
        raise NotNative(f"{handler.function} is not defined once, as a function at the top of {facts.path}")
    if function.asynchronous is not None:
        raise NotNative("it is a coroutine function")
    if function.returns is not None and is_ours(facts, function.returns):
        raise NotNative("it takes no event any more")
    return function


def is_ours(facts: Facts, annotation: cst.Annotation) -> bool:
    """Whether a function returns FastAPI's response: one that is native already."""
    names = [node for node in facts.all(cst.Name) if annotation in facts.ancestors(node)]
    return any("fastapi.Response" in facts.imported(name) for name in names)


def plain_function(facts: Facts, function: cst.FunctionDef) -> cst.FunctionDef:
    """The function with an event and a context as its only parameters, and without decorators.

    Other parameters have their defaults when Lambda calls it: they become variables. Raises NotNative.
    """
    for decorator in function.decorators:
        if not _only_logs(decorator.decorator):
            code = facts.module.code_for_node(decorator.decorator)
            raise NotNative(f"line {facts.line(decorator)}: the decorator {code} wants the event")
    params = function.params
    plain = not (params.kwonly_params or params.posonly_params or params.star_kwarg) and isinstance(
        params.star_arg, cst.MaybeSentinel
    )
    first, rest = params.params[:2], params.params[2:]
    if not plain or len(first) != 2 or first[0].default is not None:
        raise NotNative("its parameters are not just the event and the context")
    variables: list[cst.BaseStatement] = []
    for param in rest:
        if not _is_constant(param.default):
            raise NotNative(f"its parameter {param.name.value} has no default that is a constant")
        assert param.default is not None
        binding = facts.binding(param.name)
        if binding is None or not facts.loads(binding):
            continue
        target = cst.AssignTarget(cst.Name(param.name.value))
        variables.append(cst.SimpleStatementLine([cst.Assign([target], param.default)]))
    if not rest and not function.decorators and first[1].default is None:
        return function
    given = [param.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT) for param in first]
    given[-1] = given[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    lines = [*function.leading_lines, *(line for d in function.decorators for line in d.leading_lines if line.comment)]
    return function.with_changes(
        decorators=[],
        leading_lines=lines,
        lines_after_decorators=[],
        params=params.with_changes(params=given),
        body=_with_first(function.body, variables),
    )


def _only_logs(decorator: cst.BaseExpression) -> bool:
    func = decorator.func if isinstance(decorator, cst.Call) else decorator
    return isinstance(func, cst.Attribute) and func.attr.value in _FOR_LOGS_AND_TRACES


def _is_constant(node: cst.BaseExpression | None) -> bool:
    constant = isinstance(node, cst.Name) and node.value in {"None", "True", "False"}
    return constant or isinstance(node, cst.SimpleString | cst.BaseNumber)


def _with_first(suite: cst.BaseSuite, statements: list[cst.BaseStatement]) -> cst.BaseSuite:
    """The statements stand behind the docstring."""
    if not statements:
        return suite
    if isinstance(suite, cst.SimpleStatementSuite):
        return cst.IndentedBlock([*statements, cst.SimpleStatementLine(suite.body)])
    assert isinstance(suite, cst.IndentedBlock)
    first = suite.body[0] if suite.body else None
    only = first.body[0] if isinstance(first, cst.SimpleStatementLine) and first.body else None
    is_docstring = isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString)
    at = 1 if is_docstring else 0
    return suite.with_changes(body=[*suite.body[:at], *statements, *suite.body[at:]])


def main_guards(facts: Facts, name: str) -> list[cst.If]:
    """The blocks `if __name__ == "__main__"` that try the function out: with an event, which it takes no more."""
    used = [node for node in facts.all(cst.Name) if node.value == name]
    return [guard for guard in _guards(facts) if any(guard in facts.ancestors(node) for node in used)]


def _guards(facts: Facts) -> Iterator[cst.If]:
    for statement in facts.module.body:
        if isinstance(statement, cst.If) and isinstance(statement.test, cst.Comparison):
            left = statement.test.left
            if isinstance(left, cst.Name) and left.value == "__name__" and statement.orelse is None:
                yield statement


def check_not_called(project: Project, facts: Facts, function: cst.FunctionDef) -> None:
    """Raises NotNative where other code calls it; trying it out when the file itself is run does not count."""
    name = function.name.value
    guards = main_guards(facts, name)
    for other, node in project.mentions(name, project.users(facts.path)):
        if other is facts and any(guard in facts.ancestors(node) for guard in guards):
            continue
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
