"""What code does when a push fails: which `except` clauses a push meets, and what they ask of the exception."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.syntax import dotted_name, string, subscript_key

GONE = "GoneException"


def tries_around(facts: Facts, node: cst.CSTNode) -> Iterator[cst.Try | cst.TryStar]:
    """The `try` statements whose clauses catch what the node raises, inside its own function."""
    below: cst.CSTNode = node
    for above in facts.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return
        if isinstance(above, cst.Try | cst.TryStar) and above.body is below:
            yield above
        below = above


def exception_types(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> list[cst.BaseExpression]:
    """The types that the clause names; empty for a bare `except:`."""
    if handler.type is None:
        return []
    if isinstance(handler.type, cst.Tuple):
        return [element.value for element in handler.type.elements]
    return [handler.type]


def is_botocore(facts: Facts, kind: cst.BaseExpression) -> bool:
    """Whether the type is one of botocore's, or of a boto3 client: `ClientError`, `client.exceptions.X`."""
    if any(name.startswith(("botocore", "boto3")) for name in facts.imported(kind)):
        return True
    parts = (dotted_name(kind) or "").split(".")
    return "exceptions" in parts[:-1] or parts[-1] in {"ClientError", "BotoCoreError", GONE} or parts == [""]


def asks_what_failed(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether the clause looks for a gone connection by itself: in the response, the text or the type's name."""
    found = m.findall(handler.body, m.SimpleString() | m.Integer() | m.Attribute(attr=m.Name("response")))
    for node in found:
        text = string(node) if isinstance(node, cst.SimpleString) else None
        is_text = text is not None and ("Gone" in text or "410" in text)
        if is_text or isinstance(node, cst.Attribute) or (isinstance(node, cst.Integer) and node.value == "410"):
            return True
    return False


def is_gone_test(node: cst.BaseExpression, error: str) -> bool:
    """`e.response["Error"]["Code"] == "GoneException"`, or the same by status 410, or both joined with `or`."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
        return is_gone_test(node.left, error) and is_gone_test(node.right, error)
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return False
    right = node.comparisons[0]
    if not isinstance(right.operator, cst.Equal):
        return False
    sides = (_response_path(node.left, error), right.comparator)
    if sides[0] == ("Error", "Code"):
        return string(sides[1]) == GONE
    is_410 = isinstance(sides[1], cst.Integer) and sides[1].value == "410"
    return sides[0] == ("ResponseMetadata", "HTTPStatusCode") and is_410


def _response_path(node: cst.BaseExpression, error: str) -> tuple[str, ...] | None:
    """('Error', 'Code') for `error.response["Error"]["Code"]`, with subscripts or `.get`."""
    keys: list[str] = []
    while True:
        key = subscript_key(node)
        if key is not None:
            assert isinstance(node, cst.Subscript)
            node = node.value
        elif m.matches(node, m.Call(func=m.Attribute(attr=m.Name("get")))):
            assert isinstance(node, cst.Call)
            key = string(node.args[0].value) if node.args else None
            assert isinstance(node.func, cst.Attribute)
            node = node.func.value
        else:
            break
        if key is None:
            return None
        keys.append(key)
    if dotted_name(node) != f"{error}.response":
        return None
    return tuple(reversed(keys))


def caught_further_out(project: Project, facts: Facts, node: cst.CSTNode) -> str | None:
    """A sentence about a caller, by name, that catches botocore's errors around a call that reaches the node."""
    waiting = [(facts, _function(facts, node))]
    seen: set[str] = set()
    while waiting:
        home, function = waiting.pop()
        name = "" if function is None else function.name.value
        if function is None or name in seen:
            continue
        seen.add(name)
        # A method may be called on an object that came from anywhere, a function only by those who import it.
        is_method = home.enclosing(function, cst.ClassDef) is not None
        for caller, call in project.calls(name, None if is_method else project.users(home.path)):
            if call is node:
                continue  # a helper that is named like the method that it calls
            for block in tries_around(caller, call):
                for handler in block.handlers:
                    if asks_what_failed(handler) or any(is_botocore(caller, t) for t in exception_types(handler)):
                        where = f"{caller.path}:{caller.line(handler)}"
                        return f"{where} catches AWS's own errors around a call of {name}()"
            waiting.append((caller, _function(caller, call)))
    return None


def _function(facts: Facts, node: cst.CSTNode) -> cst.FunctionDef | None:
    return facts.enclosing(node, cst.FunctionDef)
