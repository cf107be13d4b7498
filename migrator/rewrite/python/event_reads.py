"""What a handler reads from its event, and what an endpoint has in its place.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from migrator.rewrite.python.facts import Binding, Facts, method_call, string, subscript_key

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


PATHS: dict[Path, str] = {
    ("requestContext", "connectionId"): "connection_id",
    ("requestContext", "authorizer"): "context",
    ("requestContext", "identity", "sourceIp"): "source_ip",
    ("requestContext", "requestId"): "request_id",
    ("requestContext", "connectedAt"): "connected_at_ms",
    ("queryStringParameters",): "query",
}
"""Attributes of the generated `Caller`."""

ROUTE_KEY: Path = ("requestContext", "routeKey")
EVENT_TYPE: Path = ("requestContext", "eventType")
BODY: Path = ("body",)


def event_reads(
    facts: Facts, binding: Binding, prefix: Path = ()
) -> Iterator[EventRead | tuple[cst.CSTNode, list[EventRead]]]:
    """Every use of the event. For a variable that holds a part of it: its assignment, and the uses of the variable.

    Raises NotNative for a use that is not one of the known keys.
    """
    known = {*PATHS, ROUTE_KEY, EVENT_TYPE, BODY}
    for load in facts.loads(binding):
        steps = _steps(facts, load, prefix)
        at = next((i for i in reversed(range(len(steps))) if steps[i].path in known), None)
        if at is not None:
            yield EventRead(steps[at], steps[at + 1] if at + 1 < len(steps) else None)
            continue
        if not steps:
            raise NotNative(f"line {facts.line(load)} uses the event as a whole")
        last = steps[-1]
        alias = _alias(facts, last)
        if alias is None or not any(path[: len(last.path)] == last.path for path in known):
            raise NotNative(f"line {facts.line(last.node)} reads {_spelled(last.path)} of the event")
        inner: list[EventRead] = []
        for found in event_reads(facts, alias, last.path):
            if not isinstance(found, EventRead):
                raise NotNative(f"line {facts.line(found[0])} passes a part of the event on")
            inner.append(found)
        yield facts.statement(last.node), inner


def _steps(facts: Facts, load: cst.BaseExpression, prefix: Path) -> list[Step]:
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


def _spelled(path: Path) -> str:
    return "".join(f'["{key}"]' for key in path)


def attribute_of(read: EventRead, *, connect: bool, authorized: bool) -> str:
    """The attribute of `Caller` that is read. Raises NotNative where the two are not the same."""
    name = PATHS[read.step.path]
    lenient = isinstance(read.step.default, cst.Dict) and not read.step.default.elements
    if name == "context" and not authorized and not lenient:
        raise NotNative("it reads what an authorizer adds, and the API has none")
    if name == "query":
        same = lenient or (read.step.subscript and read.rest is not None and read.rest.subscript)
        if not connect or not same:
            raise NotNative("it can tell whether there was a query string")
    return name
