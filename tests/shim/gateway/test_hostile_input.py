"""Whatever clients and authorizers say, nothing is raised that is not documented."""

import contextlib
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.gateway.authorization import Allowed, Refused, decide, identity_missing
from shim.gateway.definition import LambdaProxy, RouteDefinition
from shim.gateway.events import EventContext, authorizer_event, connect_event, disconnect_event, message_event
from shim.gateway.models import body_is_valid
from shim.gateway.policies import PolicyMalformed, allows
from shim.gateway.selection import ExpressionUnusable, check_expression, evaluate, select_route

UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow])

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/$connect"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=4) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4) | st.integers() | st.none(), inner, max_size=4)
    ),
    max_leaves=12,
)
LIKELY = st.sampled_from([None, "Allow", "Deny", "*", "execute-api:Invoke", ARN, "arn:*", "", 0, [], {}, ["*"]])
STATEMENTS = st.dictionaries(
    st.sampled_from(["Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Sid"]), LIKELY | ANYTHING
)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "principalId": LIKELY | ANYTHING,
        "context": ANYTHING | st.dictionaries(st.text(), ANYTHING),
        "policyDocument": ANYTHING | st.fixed_dictionaries({"Statement": st.lists(STATEMENTS) | STATEMENTS | ANYTHING}),
        "usageIdentifierKey": ANYTHING,
    },
)
EXPRESSIONS = st.text() | st.lists(
    st.sampled_from(
        ["$", "{", "}", "request", ".body", ".a", "['a']", "[0]", "[*]", ".*", "..", "\\$", "\\", "/", "context"]
    )
).map("".join)
BODIES = st.text() | ANYTHING.filter(lambda value: not isinstance(value, bytes)).map(
    lambda value: json.dumps(value, default=str, skipkeys=True)
)
PAIRS = st.lists(st.tuples(st.text(), st.text()), max_size=6)
MODEL = RouteDefinition(
    LambdaProxy("fn"),
    models={"$default": json.dumps({"properties": {"a": {"type": "array", "uniqueItems": True}}, "multipleOf": 0.1})},
    model_selection_expression="$request.body.kind",
)


@UNHURRIED
@given(EXPRESSIONS, BODIES, st.sets(st.text(max_size=3)))
def test_selection(expression: str, body: str, routes: set[str]) -> None:
    key = select_route(expression, body, routes)
    assert key is None or key in routes
    assert key is None or key == "$default" or not key.startswith("$")
    with contextlib.suppress(ExpressionUnusable):
        check_expression(expression)


@UNHURRIED
@given(EXPRESSIONS, st.dictionaries(st.sampled_from(["request", "context", "integration", "stageVariables"]), ANYTHING))
def test_evaluation(expression: str, variables: dict[str, Any]) -> None:
    assert isinstance(evaluate(expression, variables), str)


@UNHURRIED
@given(ANYTHING | RESULTS, st.sampled_from([ARN, ""]))
def test_decisions(result: object, arn: str) -> None:
    decision = decide(result, arn)

    if isinstance(decision, Allowed):
        assert decision.context["principalId"]
        assert all(isinstance(value, str) for value in decision.context.values())
    else:
        assert decision in {Refused(403, "Forbidden"), Refused(500, "Internal server error")}


@UNHURRIED
@given(ANYTHING | st.fixed_dictionaries({"Statement": st.lists(STATEMENTS)}))
def test_policies(document: object) -> None:
    with contextlib.suppress(PolicyMalformed):
        assert allows(document, ARN) in {True, False}


@UNHURRIED
@given(
    st.lists(st.text() | st.sampled_from(["route.request.header.", "context.a", "context.a.b", "stageVariables."])),
    PAIRS,
    PAIRS,
    st.dictionaries(st.text(), ANYTHING),
)
def test_identity(sources: list[str], headers: Any, query: Any, context: dict[str, Any]) -> None:
    assert identity_missing(sources, headers, query, {}, context) in {True, False}


@UNHURRIED
@given(BODIES)
def test_models(body: str) -> None:
    assert body_is_valid(MODEL, body) in {True, False}


@UNHURRIED
@given(PAIRS, PAIRS, st.text(), st.integers(0, 253_402_300_799_999), st.sampled_from(["current", "legacy-nulls"]))
def test_events(headers: Any, query: Any, text: str, now_ms: int, profile: Any) -> None:
    context = EventContext("a", "dev", "host", "c", 0, "192.0.2.1", profile=profile)

    for event in (
        connect_event(context, headers, query, "r", now_ms),
        message_event(context, text, text, "r", "m", now_ms),
        disconnect_event(context, 1000, text, "r", now_ms),
        authorizer_event(context, text, headers, query, "r", now_ms),
    ):
        assert json.loads(json.dumps(event)) == event
