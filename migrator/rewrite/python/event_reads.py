"""What a handler reads from its event, and what an endpoint has in its place.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.syntax import method_call, string, subscript_key

Path = tuple[str, ...]


class NotNative(Exception):
    """Why a handler is mounted as it is."""


@dataclass(frozen=True)
class Step:
    """One access in a chain such as `event["requestContext"].get("connectionId")`."""

    path: Path
    node: cst.BaseExpression
    subscript: bool
    """False for `.get`."""
    default: cst.BaseExpression | None
    """What there is without the key: of `.get(key, default)` and of `… or {}`."""


@dataclass(frozen=True)
class EventRead:
    """A use of the event, longest known part first; `rest` is what is accessed on its result."""

    step: Step
    rest: Step | None


@dataclass(frozen=True)
class Alias:
    """A variable that holds a part of the event: its assignment, and what is done with it."""

    statement: cst.CSTNode
    uses: tuple[EventRead | Whole, ...]


@dataclass(frozen=True)
class Whole:
    """The event, or the part of it at `path`, used as it is: printed, or passed on."""

    node: cst.BaseExpression
    path: Path


PATHS: dict[Path, str] = {
    ("requestContext", "connectionId"): "connection_id",
    ("requestContext", "authorizer"): "context",
    ("requestContext", "identity", "sourceIp"): "source_ip",
    ("requestContext", "identity", "userAgent"): "user_agent",
    ("requestContext", "requestId"): "request_id",
    ("requestContext", "requestTimeEpoch"): "request_at_ms",
    ("requestContext", "connectedAt"): "connected_at_ms",
    ("requestContext", "domainName"): "domain_name",
    ("requestContext", "stage"): "stage",
    ("requestContext", "apiId"): "api_id",
    ("queryStringParameters",): "query",
    ("headers",): "headers",
    ("methodArn",): "method_arn",
}
"""Attributes of the generated `Caller`."""

ROUTE_KEY: Path = ("requestContext", "routeKey")
EVENT_TYPE: Path = ("requestContext", "eventType")
BODY: Path = ("body",)
KNOWN = frozenset({*PATHS, ROUTE_KEY, EVENT_TYPE, BODY})


def event_reads(facts: Facts, binding: Binding, prefix: Path = ()) -> Iterator[EventRead | Alias | Whole]:
    """Every use of the event, or of the part of it at `prefix` that the variable holds.

    Raises NotNative for a use that is not one of the known keys.
    """
    for load in facts.loads(binding):
        steps = steps_from(facts, load, prefix)
        changed = next((step for step in steps if step.subscript and not facts.is_read(step.node)), None)
        if changed is not None:
            raise NotNative(f"line {facts.line(load)} changes the event")
        at = next((i for i in reversed(range(len(steps))) if steps[i].path in KNOWN), None)
        if at is not None:
            yield EventRead(steps[at], steps[at + 1] if at + 1 < len(steps) else None)
            continue
        if not steps:
            yield Whole(load, prefix)
            continue
        last = steps[-1]
        if not any(path[: len(last.path)] == last.path for path in KNOWN):
            raise NotNative(f"line {facts.line(last.node)} reads {spelled_path(last.path)} of the event")
        alias = _alias(facts, last)
        if alias is None:
            yield Whole(last.node, last.path)
            continue
        inner: list[EventRead | Whole] = []
        for found in event_reads(facts, alias, last.path):
            if isinstance(found, Alias):
                inner.extend(found.uses)
            else:
                inner.append(found)
        yield Alias(facts.statement(last.node), tuple(inner))


def steps_from(facts: Facts, load: cst.BaseExpression, prefix: Path) -> list[Step]:
    """The accesses behind the variable, one after the other."""
    steps: list[Step] = []
    node, path = load, prefix
    while True:
        above = facts.parent(node)
        if isinstance(above, cst.BooleanOperation) and above.left is node and _is_or_empty(above) and steps:
            steps[-1] = replace(steps[-1], default=above.right)
            node = above
            continue
        key = subscript_key(above) if above is not None else None
        if key is not None and isinstance(above, cst.Subscript) and above.value is node:
            path = (*path, key)
            node = above
            steps.append(Step(path, above, subscript=True, default=None))
            continue
        call = facts.parent(above) if isinstance(above, cst.Attribute) and above.value is node else None
        got = method_call(call, "get")
        name = string(got[2].args[0].value) if got is not None and got[2].args else None
        if got is None or name is None:
            return steps
        path = (*path, name)
        node = got[2]
        default = got[2].args[1].value if len(got[2].args) > 1 else None
        steps.append(Step(path, node, subscript=False, default=default))


def _is_or_empty(node: cst.BooleanOperation) -> bool:
    return isinstance(node.operator, cst.Or) and isinstance(node.right, cst.Dict) and not node.right.elements


def _alias(facts: Facts, step: Step) -> Binding | None:
    target = facts.target(step.node)
    binding = facts.binding(target) if isinstance(target, cst.Name) else None
    return binding if binding is not None and len(facts.stores(binding)) == 1 else None


def spelled_path(path: Path) -> str:
    """As it stands behind `event` in code."""
    return "".join(f'["{key}"]' for key in path)
