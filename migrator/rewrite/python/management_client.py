"""The client for @connections -> a drop-in that talks to the streams of this process.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import libcst as cst

from migrator.markers import has_marker
from migrator.rewrite.python.constructions import OPERATIONS, SERVICE, constructions, factories
from migrator.rewrite.python.edits import comment, replace
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import Settled, settle
from migrator.rewrite.python.syntax import string
from migrator.rewrite.rule import Example, RulePage

MODULE = "sse_service.management"
ASYNCHRONOUS = frozenset({"aioboto3", "aiobotocore"})
RULE = "management_client"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
import boto3


def is_there(connection_id, url):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
    return client.get_connection(ConnectionId=connection_id)
""",
        after="""\
from sse_service.management import management_client


def is_there(connection_id, url):
    client = management_client()
    return client.get_connection(ConnectionId=connection_id)
""",
    ),
    leaves_alone=(
        "clients of other services",
        "a client whose service is only known when the program runs",
        "the name of the service where no client is built from it: that place gets a marker",
    ),
)
NOT_UNDERSTOOD = "this use of @connections is not understood"


def rewrite_rest(
    project: Project, facts: Facts, done: Container[cst.CSTNode], reasons: dict[cst.CSTNode, str]
) -> RuleResult:
    """Everything that no better rule has taken; `reasons` says why not, by construction."""
    result = RuleResult()
    wanted = [(call, f"{_drop_in(facts, call)}()") for call in constructions(project, facts)]
    wanted += [(call, "management_client") for call in factories(project, facts)]
    for call, text in wanted:
        if call in done:
            continue
        result.changes[call] = replace(text, facts.module)
        result.imports.add((MODULE, text.removesuffix("()")))
        result.settled.append(
            settle(facts, call, "management_client", "rewritten", RULE, "safe", reasons.get(call, "drop-in client"))
        )
    return result


def _drop_in(facts: Facts, call: cst.Call) -> str:
    """Which of the two: asynchronous libraries enter their clients with `async with`, or await them."""
    above = facts.parent(call)
    block = facts.parent(above) if isinstance(above, cst.WithItem) else None
    entered = isinstance(block, cst.With) and block.asynchronous is not None
    by_stack = isinstance(above, cst.Arg) and isinstance(facts.parent(facts.parent(above) or above), cst.Await)
    of_library = bool(facts.imported_modules() & ASYNCHRONOUS)
    return "async_management_client" if entered or (by_stack and of_library) else "management_client"


def rewrite_pushes(facts: Facts, taken: Container[cst.CSTNode], *, drop_in: bool) -> list[Settled]:
    """Pushes that stay as they are, because the client that they use is the drop-in now."""
    if not drop_in:
        return []
    operations = (node for node in facts.all(cst.Attribute) if node.attr.value in OPERATIONS)
    calls = dict.fromkeys(call for node in operations for call in _calls_of(facts, node) if call not in taken)
    return [settle(facts, call, "push", "rewritten", RULE, "safe", "through the drop-in client") for call in calls]


def _calls_of(facts: Facts, operation: cst.Attribute) -> Iterator[cst.Call]:
    """The call of `client.post_to_connection`, the call that it is handed to, or the calls of the name that it gets."""
    above = facts.parent(operation)
    if isinstance(above, cst.Call) and above.func is operation:
        yield above
        return
    whole = facts.parent(above) if isinstance(above, cst.Arg) else None
    if isinstance(whole, cst.Call):
        yield whole
    value: cst.BaseExpression = whole if isinstance(whole, cst.Call) else operation
    target = facts.target(value)
    binding = facts.binding(target) if target is not None else None
    for load in facts.loads(binding) if binding is not None else []:
        call = facts.parent(load)
        if isinstance(call, cst.Call) and call.func is load:
            yield call


def mark_rest(project: Project, facts: Facts) -> RuleResult:
    """A comment wherever the service is named and no client was understood, so that nothing is left in silence."""
    result = RuleResult()
    understood = {*constructions(project, facts), *factories(project, facts)}
    for node in facts.all(cst.SimpleString):
        around = set(facts.ancestors(node))
        if string(node) != SERVICE or isinstance(facts.parent(node), cst.Expr) or understood & around:
            continue
        binding = facts.binding(target) if (target := facts.target(node)) is not None else None
        loads = facts.loads(binding) if binding is not None else []
        if not loads or not all(understood & set(facts.ancestors(load)) for load in loads):
            line = facts.line_of(node)
            if not has_marker(facts.comments_above(line), RULE):
                result.changes[line] = comment(RULE, NOT_UNDERSTOOD)
                result.marked.add(line)
    return result
