"""What code takes a value of the message for: text, a number, true or false, a list or an object."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final, Literal, TypeAlias

from migrator.inventory.model import KeyKind
from migrator.scan.python.guards import leaves
from migrator.scan.python.keypaths import ELEMENT, TEXT, Path
from migrator.scan.python.naming import last_name

Use: TypeAlias = Literal["text", "number", "boolean", "list", "object", "iterated", "indexed", "connection"]
"""The last two also fit other kinds: one can iterate over an object, and index text."""

_METHODS: Final[dict[str, Use]] = {
    **dict.fromkeys(
        (
            "lower", "upper", "strip", "lstrip", "rstrip", "split", "splitlines", "startswith", "endswith", "encode",
            "replace", "title", "capitalize", "casefold", "removeprefix", "removesuffix", "isdigit", "isalnum",
            "isspace",
        ),
        "text",
    ),
    **dict.fromkeys(("get", "items", "keys", "values", "setdefault", "update"), "object"),
    **dict.fromkeys(("append", "extend", "insert", "sort"), "list"),
}  # fmt: skip
"""Methods that only one of the types has which JSON can give."""

_NUMBERS: Final = frozenset({"int", "float", "Decimal", "range", "round", "abs"})
_TYPES: Final[dict[str, Use]] = {"str": "text", "int": "number", "float": "number", "list": "list", "dict": "object"}
_ORDER: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)

EVIDENCE_NODES: Final = (
    ast.Subscript, ast.Call, ast.Compare, ast.For, ast.AsyncFor, ast.comprehension, ast.BinOp, ast.If, ast.Dict
)  # fmt: skip


class Kinds:
    """Collects uses, then decides."""

    def __init__(self) -> None:
        self.uses: dict[Path, set[Use]] = defaultdict(set)

    def note(self, path: Path, use: Use) -> None:
        self.uses[path].add(use)

    def decide(self, path: Path, keys: Collection[Path]) -> KeyKind:
        """`keys`: all that the code reads. What is used as two kinds, or as none, is unknown; but what has keys is an
        object, and what is read as JSON is text."""
        uses = self.uses.get(path, set())
        if "connection" in uses:
            return "connection"
        below = {key[len(path)] for key in keys if len(key) > len(path) and key[: len(path)] == path}
        if below == {TEXT}:
            return "text"
        if below - {ELEMENT}:
            return "object"
        certain: list[KeyKind] = [kind for kind in ("text", "number", "boolean", "list", "object") if kind in uses]
        if certain:
            return certain[0] if len(certain) == 1 else "unknown"
        return "list" if "iterated" in uses or ("indexed" in uses and below) else "unknown"


def evidence(node: ast.AST) -> Iterator[tuple[ast.expr, Use]]:
    """Expressions with what this node, one of EVIDENCE_NODES, uses them as."""
    if isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        if isinstance(node.slice.value, str | int):
            yield node.value, "object" if isinstance(node.slice.value, str) else "indexed"
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield node.iter, "iterated"
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _ORDER):
        for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
            if _is_number(other):
                yield one, "number"
    elif isinstance(node, ast.Dict):
        yield from ((value, "object") for key, value in zip(node.keys, node.values, strict=True) if key is None)
    elif isinstance(node, ast.If) and leaves(node.body):
        yield from _demanded(node.test)


def tested_types(nodes: Collection[ast.AST]) -> frozenset[str]:
    """Expressions, dumped, whose type a function asks for and handles several: what it does with one isn't certain."""
    guards = [node.test for node in nodes if isinstance(node, ast.If) and leaves(node.body)]
    demanded = {id(call) for test in guards for call in _negated(test)}
    return frozenset(
        ast.dump(node.args[0])
        for node in nodes
        if isinstance(node, ast.Call) and _is_type_test(node) and id(node) not in demanded
    )


def _call(node: ast.Call) -> Iterator[tuple[ast.expr, Use]]:
    yield from ((keyword.value, "object") for keyword in node.keywords if keyword.arg is None)
    yield from ((keyword.value, "connection") for keyword in node.keywords if keyword.arg == "ConnectionId")
    if isinstance(node.func, ast.Attribute):
        use = _METHODS.get(node.func.attr)
        if use:
            yield node.func.value, use
    name = last_name(node.func)
    if name == "enumerate" and node.args:
        yield node.args[0], "iterated"
    if name in _NUMBERS and node.args:
        inner = node.args[0]
        # Decimal(str(x)): what DynamoDB wants of a float
        as_text = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "str"
        yield inner.args[0] if as_text and isinstance(inner, ast.Call) and inner.args else inner, "number"


def _arithmetic(node: ast.BinOp) -> Iterator[tuple[ast.expr, Use]]:
    if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow):
        yield node.left, "number"
        yield node.right, "number"
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(node.op, ast.Add):
            if _is_number(other):
                yield one, "number"
            elif isinstance(other, ast.JoinedStr) or (isinstance(other, ast.Constant) and isinstance(other.value, str)):
                yield one, "text"
        elif isinstance(node.op, ast.Mult) and _is_number(other):
            yield one, "number"


def _demanded(test: ast.expr) -> Iterator[tuple[ast.expr, Use]]:
    """`if not isinstance(x, list): return` asks for a list."""
    for call in _negated(test):
        types = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
        uses = {_TYPES.get(item.id) if isinstance(item, ast.Name) else None for item in types}
        use = uses.pop() if len(uses) == 1 else None
        if use is not None:
            yield call.args[0], use


def _negated(test: ast.expr) -> Iterator[ast.Call]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for operand in test.values:
            yield from _negated(operand)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        operand = test.operand
        if isinstance(operand, ast.Call) and _is_type_test(operand):
            yield operand


def _is_type_test(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "isinstance" and len(node.args) == 2


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
