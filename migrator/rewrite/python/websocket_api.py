"""The session of Chalice's websocket_api -> one whose client talks to the streams.

https://aws.github.io/chalice/topics/websockets.html

Chalice goes on making its own event, and `app.websocket_api.send` goes on raising WebsocketDisconnectedError.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from migrator.rewrite.python.edits import replace
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import settle
from migrator.rewrite.rule import Example, RulePage

RULE = "websocket_api"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
from boto3 import Session
from chalice import Chalice

app = Chalice(app_name="chat")
app.websocket_api.session = Session()
""",
        after="""\
from chalice import Chalice

from sse_service.management import management_session

app = Chalice(app_name="chat")
app.websocket_api.session = management_session()
""",
    ),
    leaves_alone=(
        "an attribute `session` of anything else",
        "a websocket_api to which nothing gives a session: its uses get a marker",
    ),
)
NAME = "websocket_api"
OPERATIONS = frozenset({"send", "close", "info"})
SESSION = ("sse_service.management", "management_session")


def rewrite(project: Project) -> dict[str, RuleResult]:
    """By file. Pushes are settled only where somewhere in the application a session is given."""
    results: dict[str, RuleResult] = {}
    users = project.with_words(NAME)
    for facts in users:
        for statement, value in _sessions(facts):
            result = results.setdefault(facts.path, RuleResult())
            if not _is_drop_in(facts, value):
                result.changes[value] = replace("management_session()", facts.module)
                result.imports.add(SESSION)
            reason = "its session gives the drop-in client"
            result.settled.append(settle(facts, statement, "management_client", "rewritten", RULE, "safe", reason))
    if not results:
        return {}
    for facts in users:
        result = results.setdefault(facts.path, RuleResult())
        for call in _pushes(facts):
            reason = "through Chalice's websocket_api, whose session gives the drop-in client"
            result.settled.append(settle(facts, call, "push", "rewritten", RULE, "safe", reason))
    return results


def _sessions(facts: Facts) -> Iterator[tuple[cst.Assign, cst.BaseExpression]]:
    for statement in facts.all(cst.Assign):
        if any(
            isinstance(item.target, cst.Attribute)
            and item.target.attr.value == "session"
            and _is_websocket_api(facts, item.target.value)
            for item in statement.targets
        ):
            yield statement, statement.value


def _pushes(facts: Facts) -> Iterator[cst.Call]:
    for call in facts.all(cst.Call):
        if (
            isinstance(call.func, cst.Attribute)
            and call.func.attr.value in OPERATIONS
            and _is_websocket_api(facts, call.func.value)
        ):
            yield call


def _is_websocket_api(facts: Facts, node: cst.BaseExpression) -> bool:
    """`x.websocket_api`, or a name that is only ever given that."""
    if isinstance(node, cst.Attribute) and node.attr.value == NAME:
        return True
    binding = facts.binding(node)
    values = facts.values(binding) if binding is not None else None
    return bool(values) and all(isinstance(v, cst.Attribute) and v.attr.value == NAME for v in values or ())


def _is_drop_in(facts: Facts, value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and ".".join(SESSION) in facts.imported(value.func)
