"""What an authorizer's code says of the token that it accepts, and of what it passes on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.inventory.model import TokenFacts
from migrator.inventory.record import Location
from migrator.scan.python.describe import path_of
from migrator.scan.python.model import Scope
from migrator.scan.python.reads import own_nodes
from migrator.scan.python.store_calls import keyword, mapping_keys
from migrator.scan.python.values import Called, Constant, Container, Environment, Event, External, Value, constants
from migrator.scan.python.views import View


def token_facts(view: View) -> TokenFacts | None:
    """None when the code decodes no JSON Web Token, or not in a way that is understood."""
    for node, scope in _calls(view):
        if not _decodes(view, node, scope):
            continue
        token = node.args[0] if node.args else keyword(node, "jwt") or keyword(node, "token")
        key = node.args[1] if len(node.args) > 1 else keyword(node, "key")
        algorithms = keyword(node, "algorithms") or (node.args[2] if len(node.args) > 2 else None)
        query, header = _places(view, token, scope)
        return TokenFacts(
            query=query,
            header=header,
            scheme=_scheme(view) if header else None,
            algorithms=_texts(view, algorithms, scope),
            secret_variable=_variable(view, key, scope),
            secret_at=_secret_at(view, key, scope),
            claims=_claims(view, node),
        )
    return None


def context_keys(view: View) -> tuple[str, ...]:
    """Keys that the authorizer's answers put into requestContext.authorizer."""
    found: dict[str, None] = {}
    for entry in view.entries:
        for item in entry.returns:
            returned = view.tracer.trace(item, entry.module.scopes[item])
            context = view.tracer.step(frozenset(v for v in returned if isinstance(v.origin, Container)), "context")
            found.update(dict.fromkeys(mapping_keys(view.tracer, context)))
    return tuple(found)


def _calls(view: View) -> Iterator[tuple[ast.Call, Scope]]:
    for function in sorted(view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        for call in function.calls:
            yield call, function.module.scopes[call]


def _decodes(view: View, node: ast.Call, scope: Scope) -> bool:
    if not isinstance(node.func, ast.Attribute | ast.Name):
        return False
    names = {v.origin.name for v in view.tracer.trace(node.func, scope) if isinstance(v.origin, External)}
    return any(name.endswith("jwt.decode") for name in names)


def _places(view: View, token: ast.expr | None, scope: Scope) -> tuple[str | None, str | None]:
    query = header = None
    for value in sorted(view.tracer.trace(token, scope) if token is not None else (), key=lambda v: v.path):
        if not isinstance(value.origin, Event):
            continue
        path = path_of(value)
        if path[:1] in {("queryStringParameters",), ("multiValueQueryStringParameters",)} and len(path) > 1:
            query = path[1]
        if path[:1] in {("headers",), ("multiValueHeaders",)} and len(path) > 1:
            header = path[1]
    return query, header


def _scheme(view: View) -> str | None:
    """'Bearer' when the code looks for it at the beginning of the header."""
    for function in view.functions:
        for node in own_nodes(function):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                word = node.value.strip()
                if word.lower() in {"bearer", "token", "jwt"} and (
                    node.value.endswith(" ") or word.lower() == "bearer"
                ):
                    return word
    return None


def _texts(view: View, node: ast.expr | None, scope: Scope) -> tuple[str, ...]:
    if node is None:
        return ()
    values = view.tracer.trace(node, scope)
    return tuple(
        sorted(
            constants(values)
            | constants(view.tracer.step(frozenset(v for v in values if isinstance(v.origin, Container)), "*"))
        )
    )


def _variable(view: View, node: ast.expr | None, scope: Scope) -> str | None:
    found = (
        [v.origin.name for v in view.tracer.trace(node, scope) if isinstance(v.origin, Environment)]
        if node is not None
        else []
    )
    return min(found, default=None)


def _secret_at(view: View, node: ast.expr | None, scope: Scope) -> Location | None:
    """The place of the text in the file that uses it; None when the key may be another."""
    values = view.tracer.trace(node, scope) if node is not None else frozenset()
    texts = [v.origin.value for v in values if isinstance(v.origin, Constant) and not v.path]
    if len(values) != 1 or len(texts) != 1 or not isinstance(texts[0], str):
        return None
    for found in ast.walk(scope.module.tree):
        if isinstance(found, ast.Constant) and found.value == texts[0]:
            return scope.module.location(found)
    return None


def _claims(view: View, decode: ast.Call) -> tuple[str, ...]:
    """Keys that are read from what `decode` returned, anywhere the authorizer reaches, and those that it requires."""
    found: dict[str, None] = {}
    for function in sorted(view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        for node in own_nodes(function):
            if isinstance(node, ast.Subscript | ast.Call):
                for value in view.tracer.trace(node, function.module.scopes[node]):
                    if _is_claim(value, decode):
                        found[value.path[0]] = None
    return tuple(found)


def _is_claim(value: Value, decode: ast.Call) -> bool:
    return (
        isinstance(value.origin, Called)
        and value.origin.node is decode
        and len(value.path) == 1
        and value.path[0][:1] not in {".", "*", "<"}
    )
