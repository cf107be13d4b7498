"""A handler that its own module calls, a try by hand that was left -> only when the module is run as a script.

https://docs.python.org/3/library/__main__.html

At Lambda it ran at every cold start, unnoticed; in the service it would run, AWS calls and all, whenever that starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from migrator.inventory.model import Handler
from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.rule import Example, RulePage

RULE = "called_at_import"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
def handle(event, context):
    return {"statusCode": 200 if check(event) else 403}


handle({"requestContext": {"connectionId": "c"}}, None)
""",
        after="""\
def handle(event, context):
    return {"statusCode": 200 if check(event) else 403}


if __name__ == "__main__":
    handle({"requestContext": {"connectionId": "c"}}, None)
""",
    ),
    leaves_alone=(
        'calls that already stand under `if __name__ == "__main__"`',
        "calls of other functions, and a handler whose answer is kept",
    ),
)


def rewrite(project: Project, handlers: Iterable[Handler]) -> dict[str, RuleResult]:
    """By file. `handlers`: those that the service calls."""
    results: dict[str, RuleResult] = {}
    functions = sorted({(handler.path, handler.function) for handler in handlers})
    for path, name in functions:
        facts = project.facts(path)
        for line in _calls(facts, name) if facts is not None else ():
            results.setdefault(path, RuleResult()).changes[line] = _as_script()
    return results


def _calls(facts: Facts, name: str) -> Iterator[cst.SimpleStatementLine]:
    """`handler(...)` and `print(handler(...))` as statements of the module itself."""
    for line in facts.module.body:
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            continue
        only = line.body[0]
        call = only.value if isinstance(only, cst.Expr) else None
        if isinstance(call, cst.Call) and _is_name(call.func, "print") and len(call.args) == 1:
            call = call.args[0].value
        if isinstance(call, cst.Call) and _is_name(call.func, name):
            yield line


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _as_script() -> Change:
    test = cst.parse_expression('__name__ == "__main__"')

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.SimpleStatementLine)
        block = cst.IndentedBlock([node.with_changes(leading_lines=[])])
        return cst.If(test, block, leading_lines=node.leading_lines)

    return change
