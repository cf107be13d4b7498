"""A function that invokes itself at Lambda, asynchronously -> in_background: itself, in a thread of the service.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html

The function gets the same payload as its event, its answer is ignored, and an error is logged. Lambda would try again
twice after an error, and would go on if this process ended: look whether that matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.inventory.model import Handler, Inventory
from migrator.inventory.outside import runs_inside, runs_outside
from migrator.markers import has_marker
from migrator.rewrite.python.called import top_function
from migrator.rewrite.python.edits import Change, comment
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.syntax import argument, keywords, method_call, string, subscript_key
from migrator.rewrite.rule import Example, RulePage

RULE = "self_invocation"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import json

import boto3


def handle(event, context):
    if event.get("job"):
        return work(event["job"])
    boto3.client("lambda").invoke(
        FunctionName=context.function_name,
        InvocationType="Event",
        Payload=json.dumps({"job": event["body"]}),
    )
    return {"statusCode": 200}
""",
        after="""\
import json

from fastapi import Response
from sse_service.background import in_background
from sse_service.caller import MessageText


def chat(text: MessageText) -> Response:
    in_background(
        handle,
        json.dumps({"job": text}),
    )
    return Response(status_code=200)


def handle(event, context):
    if event.get("job"):
        return work(event["job"])
    in_background(
        handle,
        json.dumps({"job": event["body"]}),
    )
    return {"statusCode": 200}
""",
    ),
    leaves_alone=(
        "invocations of other functions",
        "functions that run outside of the service",
        "an invocation that waits for the answer or uses it: a marker says why",
        "an invocation by an unknown client, or with a payload that json.dumps may not have made: a marker says why",
        "code that several functions run, where it is not certain which of them it invokes: a marker says so",
    ),
)
BACKGROUND: Final = ("sse_service.background", "in_background")
_OWN_NAME: Final = "AWS_LAMBDA_FUNCTION_NAME"


class _NotProven(Exception):
    """Why an invocation stays one."""


def rewrite(project: Project, inventory: Inventory) -> dict[str, RuleResult]:
    """By file; only in those that a function of the service runs."""
    results: dict[str, RuleResult] = {}
    python = [handler for handler in inventory.handlers if handler.language == "python"]
    for facts in project.with_words("FunctionName"):
        calls = list(_self_invocations(facts))
        reaching = [h for h in python if facts.path in project.reached_from({h.path})] if calls else []
        if not any(runs_inside(handler) for handler in reaching):
            continue
        result = results.setdefault(facts.path, RuleResult())
        for call in calls:
            try:
                handler = _handler(project, facts, call, reaching)
                _check(facts, call, handler)
            except _NotProven as why:
                _mark(facts, call, str(why), result)
            else:
                result.changes[call] = _in_background(handler.function)
                result.imports.add(BACKGROUND)
    return results


def invokes_itself(project: Project, facts: Facts, function: cst.FunctionDef) -> bool:
    """Whether all other uses of the function hand work to it in the background."""
    uses = project.mentions(function.name.value, project.users(facts.path))
    return bool(uses) and all(other is facts and _is_handed_over(facts, node) for other, node in uses)


def _is_handed_over(facts: Facts, node: cst.CSTNode) -> bool:
    arg = facts.parent(node)
    call = facts.parent(arg) if isinstance(arg, cst.Arg) else None
    return isinstance(call, cst.Call) and call.args[0] is arg and ".".join(BACKGROUND) in facts.imported(call.func)


def _self_invocations(facts: Facts) -> Iterator[cst.Call]:
    for call in facts.all(cst.Call):
        name = argument(call, "FunctionName")
        if method_call(call, "invoke") is not None and name is not None and _is_own_name(facts, name):
            yield call


def _is_own_name(facts: Facts, node: cst.BaseExpression) -> bool:
    """`context.function_name` and the like, the variable that Lambda sets, or a name that is only ever given one."""
    if isinstance(node, cst.Attribute):
        return node.attr.value in {"function_name", "invoked_function_arn"} and isinstance(node.value, cst.Name)
    if isinstance(node, cst.Subscript):
        return subscript_key(node) == _OWN_NAME and "os.environ" in facts.imported(node.value)
    if isinstance(node, cst.Call):
        reads = facts.imported(node.func) & {"os.getenv", "os.environ.get"}
        return bool(reads) and bool(node.args) and string(node.args[0].value) == _OWN_NAME
    values = _values(facts, node)
    return bool(values) and all(not isinstance(v, cst.Name) and _is_own_name(facts, v) for v in values)


def _values(facts: Facts, node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What a name is ever given; empty when it also gets values in another way."""
    binding = facts.binding(node) if isinstance(node, cst.Name) else None
    return (facts.values(binding) or []) if binding is not None else []


def _handler(project: Project, facts: Facts, call: cst.Call, reaching: list[Handler]) -> Handler:
    """The one function as which Lambda runs the code. Raises _NotProven."""
    around = [above for above in facts.ancestors(call) if isinstance(above, cst.FunctionDef)]
    outermost = around[-1] if around else None
    direct = [h for h in reaching if h.path == facts.path and outermost is top_function(facts, h.function)]
    if direct and outermost is not None and not project.mentions(direct[0].function, project.users(facts.path)):
        handler = direct[0]
    elif len(reaching) == 1:
        handler = reaching[0]
    else:
        raise _NotProven(f"{len(reaching)} functions run this code, and it is not certain which of them it invokes")
    if handler.path != facts.path:
        raise _NotProven(f"{handler.id} is in another module")
    if runs_outside(handler):
        raise _NotProven(f"{handler.id} also runs outside of the service")
    if top_function(facts, handler.function) is None:
        raise _NotProven(f"{handler.function} is not one plain function of the module")
    if any(b.name == handler.function and not isinstance(b.owner, GlobalScope) for b in facts.stored()):
        raise _NotProven(f"{handler.function} also means something else in the module")
    return handler


def _check(facts: Facts, call: cst.Call, handler: Handler) -> None:
    """Raises _NotProven."""
    given = keywords(call)
    if given is None or set(given) != {"FunctionName", "InvocationType", "Payload"}:
        raise _NotProven("it does not give exactly FunctionName, InvocationType and Payload by name")
    if string(given["InvocationType"]) != "Event":
        raise _NotProven("it waits for the answer, or may")
    if not _is_context(facts, given["FunctionName"], handler):
        raise _NotProven("it is not certain whose function_name it is")
    if not _is_json(facts, given["Payload"]):
        raise _NotProven("its payload is not certainly made by json.dumps")
    if not _is_lambda_client(facts, call):
        raise _NotProven("it is not certain that its client is boto3's for Lambda")
    target = facts.target(call)
    binding = facts.binding(target) if isinstance(target, cst.Name) else None
    unread = binding is not None and not isinstance(binding.owner, GlobalScope) and not facts.loads(binding)
    if not isinstance(facts.parent(call), cst.Expr) and not unread:
        raise _NotProven("the answer of Lambda is used")
    if any(node.value == BACKGROUND[1] and not _is_ours(facts, node) for node in facts.all(cst.Name)):
        raise _NotProven(f"the module means something else by {BACKGROUND[1]}")


def _is_ours(facts: Facts, node: cst.Name) -> bool:
    statement = facts.enclosing(node, cst.ImportFrom)
    if statement is not None:
        return statement.module is not None and facts.module.code_for_node(statement.module) == BACKGROUND[0]
    return ".".join(BACKGROUND) in facts.imported(node)


def _is_context(facts: Facts, node: cst.BaseExpression, handler: Handler) -> bool:
    """Whether an attribute is one of the second parameter of the handler; what is no attribute is from the
    environment."""
    if isinstance(node, cst.Name):
        return all(_is_context(facts, value, handler) for value in _values(facts, node))
    if not isinstance(node, cst.Attribute):
        return True
    function = top_function(facts, handler.function)
    params = function.params.params if function is not None else ()
    binding = facts.binding(node.value)
    own = facts.binding(params[1].name) if len(params) > 1 else None
    return binding is not None and binding == own and len(facts.stores(binding)) == 1


def _is_json(facts: Facts, node: cst.BaseExpression) -> bool:
    """`json.dumps(...)`, its `.encode(...)`, `bytes(json.dumps(...), ...)`, or a name that is only given these."""
    encoded = method_call(node, "encode")
    if encoded is not None:
        return _is_json(facts, encoded[0])
    if isinstance(node, cst.Call):
        is_bytes = isinstance(node.func, cst.Name) and node.func.value == "bytes" and facts.is_builtin(node.func)
        inner = node.args[0].value if is_bytes and node.args else None
        return "json.dumps" in facts.imported(node.func) if inner is None else _is_json(facts, inner)
    values = _values(facts, node)
    return bool(values) and all(not isinstance(v, cst.Name) and _is_json(facts, v) for v in values)


def _is_lambda_client(facts: Facts, call: cst.Call) -> bool:
    assert isinstance(call.func, cst.Attribute)
    receiver = call.func.value
    made = [receiver] if isinstance(receiver, cst.Call) else _values(facts, receiver)
    clients = [value for value in made if not (isinstance(value, cst.Name) and value.value == "None")]
    return bool(clients) and all(
        isinstance(value, cst.Call)
        and "boto3.client" in facts.imported(value.func)
        and string(argument(value, "service_name", 0)) == "lambda"
        for value in clients
    )


def _in_background(handler: str) -> Change:
    """The places of the first and the last argument keep their commas and line breaks."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        payload = next(arg.value for arg in node.args if arg.keyword is not None and arg.keyword.value == "Payload")
        places = (node.args[0], node.args[-1])
        args = [
            place.with_changes(value=value, keyword=None, equal=cst.MaybeSentinel.DEFAULT)
            for place, value in zip(places, (cst.Name(handler), payload), strict=True)
        ]
        return node.with_changes(func=cst.Name(BACKGROUND[1]), args=args)

    return change


def _mark(facts: Facts, call: cst.Call, why: str, result: RuleResult) -> None:
    line = facts.line_of(call)
    if line not in result.marked and not has_marker(facts.comments_above(line), RULE):
        result.changes[line] = comment(RULE, f"the function invokes itself at Lambda, which is gone: {why}")
        result.marked.add(line)
