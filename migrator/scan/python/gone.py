"""How code notices that a connection is gone: what stands around a push, or around the calls that lead to it."""

from __future__ import annotations

import ast
from typing import Final

from migrator.inventory.model import GoneHandling
from migrator.scan.python.model import Function, Module
from migrator.scan.python.naming import last_name
from migrator.scan.python.program import Program

_ORDER: Final[tuple[GoneHandling, ...]] = ("exception", "code", "string", "client_error", "broad")
_BROAD: Final = frozenset({"Exception", "BaseException", ""})
_GONE: Final = frozenset({"GoneException", "WebsocketDisconnectedError"})
"""boto3's, and what Chalice makes of it."""

_CLIENT: Final = frozenset({"ClientError", "BotoCoreError"})


def gone_handling(node: ast.AST, function: Function | None, module: Module, program: Program) -> GoneHandling:
    """The most precise handling of the enclosing `try`; where there is none, of the callers' one call further out."""
    here = _around(node, module)
    if here != "none" or function is None:
        return here
    outer = [
        _around(site.call, site.scope.module)
        for site in program.sites_of(function)
        if site.call in site.scope.module.scopes
    ]
    return next((kind for kind in _ORDER if kind in outer), "none")


def tests_status(function: Function | None) -> bool:
    """Whether a function compares something with the HTTP status 410, as code does that sends its own requests."""
    return function is not None and any(
        isinstance(part, ast.Constant) and part.value in {410, "410"}
        for node in ast.walk(function.node)
        if isinstance(node, ast.Compare)
        for part in ast.walk(node)
    )


def _around(node: ast.AST, module: Module) -> GoneHandling:
    child = node
    for parent in module.ancestors(node):
        if isinstance(parent, ast.Try) and child in parent.body:
            found = {_handler(handler) for handler in parent.handlers} - {"none"}
            if found:
                return next(kind for kind in _ORDER if kind in found)
        if isinstance(parent, ast.With) and any("suppress" in ast.unparse(item.context_expr) for item in parent.items):
            text = " ".join(ast.unparse(item.context_expr) for item in parent.items)
            return (
                "exception"
                if any(name in text for name in _GONE)
                else "client_error"
                if "ClientError" in text
                else "broad"
            )
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return "none"
        child = parent
    return "none"


def _handler(handler: ast.ExceptHandler) -> GoneHandling:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {last_name(item) for item in caught}
    if names & _GONE:
        return "exception"
    if not names & (_BROAD | _CLIENT):
        return "none"
    texts = {item.value for item in ast.walk(handler) if isinstance(item, ast.Constant)}
    if texts & {"GoneException", "410", 410} or any(isinstance(text, str) and "Gone" in text for text in texts):
        return "code" if _reads_code(handler) else "string"
    return "client_error" if names & _CLIENT else "broad"


def _reads_code(handler: ast.ExceptHandler) -> bool:
    """`e.response["Error"]["Code"]`, or the HTTP status of the response."""
    return any(isinstance(item, ast.Attribute) and item.attr == "response" for item in ast.walk(handler))
