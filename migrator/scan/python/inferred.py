"""Handlers and routes as the code suggests them, where no infrastructure says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.python.describe import is_sender, path_of
from migrator.scan.python.guards import RouteGuards
from migrator.scan.python.model import Function, Module
from migrator.scan.python.program import Program
from migrator.scan.python.values import constants

_EVENT_NAMES: Final = frozenset({"event", "_event", "evt", "lambda_event", "aws_event"})
_CONTEXT_NAMES: Final = frozenset({"context", "_context", "ctx", "_ctx", "_", "lambda_context", "aws_context"})
_USUAL: Final = frozenset({"handler", "lambda_handler", "handle", "main", "index"})
_NOISE: Final = re.compile(
    r"(?i)_?(web_?socket|lambda|handlers?|functions?|routes?|event|ws)_?|^on_?(?=[A-Z_a-z]{3})|\.py$"
)
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LIFECYCLE: Final = frozenset({"connect", "disconnect", "default"})
_TELLS_NOTHING: Final = frozenset(
    {"index", "app", "main", "src", "lambdas", "handle", "backend", "api", "functions", "python"}
)
_EVENT_TYPES: Final = {"CONNECT": "$connect", "DISCONNECT": "$disconnect", "MESSAGE": "$default"}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A function that looks like a handler. `routes` is empty when nothing says which route it serves."""

    function: Function
    routes: tuple[str, ...]
    authorizer: bool = False


def candidates(program: Program) -> Iterator[Candidate]:
    """Module-level functions of (event, context) that speak of WebSocket events."""
    for module in program.loaded:
        found = [function for function in module.functions if _looks_like_handler(function, module)]
        found = [function for function in found if function.name in _USUAL or not program.links.sites.get(function)]
        usual = [function for function in found if function.name in _USUAL]
        for function in usual or found:
            yield Candidate(function, (), authorizer=_is_authorizer(program, function))


def routes_of(program: Program, candidate: Candidate, sent: Mapping[str, str]) -> tuple[str, ...]:
    """The routes that a candidate's own code or name tells of. `sent`: route keys that programs name, and what stands
    beside each, such as the name of its function."""
    tested = _tested(program, candidate.function)
    if tested:
        return tested
    for name in _names(candidate):
        key = route_of_name(name, sent)
        if key:
            return (key,)
    return ()


def _looks_like_handler(function: Function, module: Module) -> bool:
    positional = function.positional
    if function.scope.parent is not module.root or len(positional) < 2 or function.owner is not None:
        return False
    if function.name in _USUAL:
        return True
    words = ("requestContext", "request_context", "methodArn", "routeKey")
    named = positional[0] in _EVENT_NAMES and positional[1] in _CONTEXT_NAMES
    return named and any(word in module.text for word in words)


def sends(program: Program, function: Function) -> bool:
    """Whether a function reaches a place that sends to connections, as far as names tell."""
    return any("_connection" in ast.unparse(reached.node) for reached in reach(program, function))


def speaks(program: Program, function: Function) -> bool:
    """Whether a function, or what it calls, reads the connection, the route or the type of a WebSocket event."""
    guards = RouteGuards((), "")
    for reached in reach(program, function):
        for node in ast.walk(reached.node):
            scope = reached.module.scopes.get(node)
            if scope is None or not isinstance(node, ast.Subscript | ast.Call | ast.Attribute):
                continue
            values = program.tracer.trace(node, scope)
            if guards.subject(values) or any(is_sender(value) for value in values):
                return True
            # The domain of the event leads to @connections only when the event came from the WebSocket API.
            named = any(path_of(value)[-2:] == ("requestContext", "domainName") for value in values)
            if named and sends(program, function):
                return True
    return False


def _is_authorizer(program: Program, function: Function) -> bool:
    texts = [ast.unparse(reached.node) for reached in reach(program, function)]
    return any("methodArn" in text or "policyDocument" in text for text in texts)


def _tested(program: Program, function: Function) -> tuple[str, ...]:
    """Literals that the code compares routeKey or eventType with, in the handler and what it calls."""
    guards = RouteGuards((), "")
    found: dict[str, None] = {}
    for reached in reach(program, function):
        for node in ast.walk(reached.node):
            scope = reached.module.scopes.get(node)
            if not isinstance(node, ast.Compare) or len(node.ops) != 1 or scope is None:
                continue
            for side, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                subject = guards.subject(program.tracer.trace(side, scope))
                values = program.tracer.trace(other, scope)
                literals = constants(values) | constants(program.tracer.step(values, "*"))
                if subject == "route":
                    found.update(dict.fromkeys(sorted(literals)))
                elif subject == "event":
                    found.update(dict.fromkeys(_EVENT_TYPES[text] for text in sorted(literals) if text in _EVENT_TYPES))
    return tuple(found)


def reach(program: Program, function: Function) -> list[Function]:
    reached: list[Function] = []
    waiting = [function]
    while waiting:
        item = waiting.pop()
        if item not in reached:
            reached.append(item)
            waiting.extend(target for call in item.calls for target, _ in program.links.targets.get(call, ()))
    return reached


def named_exactly(candidate: Candidate) -> bool:
    """Whether a name says nothing but one of the routes that every API can have."""
    return any(_plain(name).lower() in _LIFECYCLE for name in _names(candidate))


def _names(candidate: Candidate) -> tuple[str, str, str]:
    """The function's, the file's and the folder's: the nearer ones say more."""
    path = PurePosixPath(candidate.function.module.path)
    return (candidate.function.name, path.stem, path.parent.name)


def _plain(name: str) -> str:
    return _NOISE.sub("", name).strip("_-")


def _folded(name: str) -> str:
    return re.sub(r"[-_$]", "", name).lower().removeprefix("on")


def route_of_name(name: str, sent: Mapping[str, str]) -> str | None:
    plain = _plain(name)
    if plain.lower() in _LIFECYCLE:
        return f"${plain.lower()}"
    folded = _folded(plain)
    by_key = (key for key in sent if folded and _folded(key) == folded)
    by_name = (key for key, beside in sent.items() if folded and _folded(_plain(beside)) == folded)
    known = next(by_key, None) or next(by_name, None)
    if known is not None:
        return known
    words = {word.lower() for word in _WORD.findall(plain)}
    for word in ("disconnect", "connect", "default"):
        if word in words:
            return f"${word}"
    return None if not plain or plain.lower() in _TELLS_NOTHING else plain
