"""The client for @connections -> a drop-in that talks to the streams of this process.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import libcst as cst

from migrator.markers import has_marker
from migrator.rewrite.python.edits import comment, replace
from migrator.rewrite.python.facts import Facts, argument, string
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.settled import Settled, settle
from migrator.rewrite.rule import Example, RulePage

OPERATIONS = frozenset({"post_to_connection", "delete_connection", "get_connection"})
SERVICE = "apigatewaymanagementapi"
WORDS = (*OPERATIONS, SERVICE, "managementapi")
"""A module without any of them can't have a client for @connections."""
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


def constructions(facts: Facts) -> Iterator[cst.Call]:
    """Calls that build a boto3 client for @connections: of boto3, a session, an alias, or the application's own
    function that is given the service's name."""
    for call in facts.all(cst.Call):
        service = argument(call, "service_name", 0)
        if service is not None and _makes_clients(facts, call.func) and _constant(facts, service) == SERVICE:
            yield call


def rewrite_rest(facts: Facts, done: Container[cst.CSTNode], reasons: dict[cst.CSTNode, str]) -> RuleResult:
    """Everything that no better rule has taken; `reasons` says why not, by construction."""
    result = RuleResult()
    for call in constructions(facts):
        if call in done:
            continue
        result.changes[call] = replace("management_client()", facts.module)
        result.imports.add(("sse_service.management", "management_client"))
        result.settled.append(
            settle(facts, call, "management_client", "rewritten", RULE, "safe", reasons.get(call, "drop-in client"))
        )
    return result


def rewrite_pushes(facts: Facts, taken: Container[cst.CSTNode], *, drop_in: bool) -> list[Settled]:
    """Pushes that stay as they are, because the client that they use is the drop-in now."""
    if not drop_in:
        return []
    found = []
    for call in facts.all(cst.Call):
        is_operation = isinstance(call.func, cst.Attribute) and call.func.attr.value in OPERATIONS
        if is_operation and call not in taken and argument(call, "ConnectionId") is not None:
            found.append(settle(facts, call, "push", "rewritten", RULE, "safe", "through the drop-in client"))
    return found


def mark_rest(facts: Facts) -> RuleResult:
    """A comment wherever the service is named and no client was understood, so that nothing is left in silence."""
    result = RuleResult()
    understood = set(constructions(facts))
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


def _makes_clients(facts: Facts, function: cst.BaseExpression) -> bool:
    """boto3's and sessions' own, and functions of the application that say so by their name: `get_client`."""
    name = function.attr if isinstance(function, cst.Attribute) else function
    by_name = isinstance(name, cst.Name) and "client" in name.value.lower()
    return by_name or "boto3.client" in facts.imported(function)


def _constant(facts: Facts, node: cst.BaseExpression) -> str | None:
    literal = string(node)
    if literal is not None:
        return literal
    binding = facts.binding(node)
    values = facts.values(binding) if binding is not None else None
    return string(values[0]) if values is not None and len(values) == 1 else None
