"""Expressions of Terraform, evaluated as far as a file says what they are.
https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from ast_grep_py import SgNode

from migrator.scan.intrinsics import Unresolved
from migrator.scan.terraform.functions import FUNCTIONS, LAZY
from migrator.scan.terraform.syntax import DEEPEST, Written, template_pieces
from migrator.scan.terraform.texts import dedented, plain_text, unescaped
from migrator.scan.terraform.values import attribute, elements, indexed, joined
from migrator.scan.yamlfile import Map, as_text

MOST_STEPS: Final = 100_000
"""Syntax nodes evaluated for one root module before the rest counts as unresolved: `for` can multiply without end."""

_COMPARED: Final[Mapping[str, Callable[[float, float], object]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
}  # fmt: skip


class Scope(Protocol):
    """Where names get their values."""

    @property
    def functions(self) -> Mapping[str, Callable[..., object]]:
        """Functions beside Terraform's own."""
        ...

    def lookup(self, name: str) -> object:
        """The value of the first name of a traversal: `var`, `local`, `module`, a type of resource …"""
        ...

    def concrete(self, value: object) -> object:
        """The value with the attributes of resources put in, as on one machine."""
        ...

    def read(self, path: str) -> str | Unresolved:
        """The text of a file of the application; `path` as the configuration names it."""
        ...

    def step(self) -> bool:
        """Counts a step; False when there were too many."""
        ...


class Evaluator:
    """`names` are those that `for`, `each` and `count` bind."""

    def __init__(self, scope: Scope, names: Mapping[str, object] | None = None, depth: int = 0, path: str = "") -> None:
        self.scope, self.names, self.depth, self.path = scope, names or {}, depth, path

    def written(self, written: Written) -> object:
        self.path = written.where.path
        return self.node(written.value) if isinstance(written.value, SgNode) else self.json(written.value)

    def json(self, value: object) -> object:
        if isinstance(value, str):
            return self.template(value)
        if isinstance(value, list):
            return [self.json(element) for element in value]
        if isinstance(value, Mapping):
            made = Map("")
            made.update((key, self.json(element)) for key, element in value.items())
            return made
        return value

    def template(self, text: str) -> object:
        """A text with interpolations that stands outside of HCL: in JSON, or in a file of its own."""
        if "%{" in text.replace("%%{", ""):
            return Unresolved("holds a template directive, %{ … }")
        parts = [plain_text(part) if isinstance(part, str) else self.node(part) for part in template_pieces(text)]
        kept = [part for part in parts if part != ""]
        return kept[0] if len(kept) == 1 else joined(kept)

    def node(self, node: SgNode) -> object:
        if self.depth > DEEPEST * 3 or not self.scope.step():
            return Unresolved("refers to itself, or is too large to follow")
        rule = getattr(self, f"_{node.kind()}", None)
        if rule is None:
            return Unresolved(f"{node.text()[:60]} is not understood")
        self.depth += 1
        try:
            value: object = rule(node)
            return value
        finally:
            self.depth -= 1

    # Values

    def _expression(self, node: SgNode) -> object:
        return self._chain(node.children())

    def _chain(self, children: Sequence[SgNode]) -> object:
        """A value, and the steps that lead from it: `.name`, `[index]`, a splat."""
        parts = [child for child in children if child.is_named() and child.kind() != "comment"]
        if not parts:
            return Unresolved("is empty")
        value = self.node(parts[0])
        for position, part in enumerate(parts[1:], 1):
            if part.kind() == "splat":
                return self._splat(value, [part, *parts[position + 1 :]])
            value = self._stepped(value, part)
        return value

    def _literal_value(self, node: SgNode) -> object:
        text = node.text()
        kind = node.children()[0].kind()
        if kind == "bool_lit":
            return text == "true"
        if kind == "null_lit":
            return None
        if kind == "numeric_lit":
            return int(text) if text.isdigit() else float(text)
        return unescaped(text[1:-1])

    def _template_expr(self, node: SgNode) -> object:
        return self.node(node.children()[0])

    def _quoted_template(self, node: SgNode) -> object:
        return self._pieces(node, node.text()[1:-1], node.range().start.index + 1, unescaped)

    def _heredoc_template(self, node: SgNode) -> object:
        lines = node.text().split("\n")
        text = "\n".join(lines[1:-1]) + "\n" if len(lines) > 2 else ""
        value = self._pieces(node, text, node.range().start.index + len(lines[0]) + 1, plain_text)
        return dedented(value, text) if lines[0].startswith("<<-") else value

    def _pieces(self, node: SgNode, text: str, start: int, plain: Callable[[str], str]) -> object:
        """A template between its interpolations. The grammar drops white space, so the text is cut by position."""
        parts: list[object] = []
        at = 0
        for child in node.children():
            if child.kind() not in {"template_interpolation", "template_directive"}:
                continue
            span = child.range()
            parts.append(plain(text[at : span.start.index - start]))
            if child.kind() == "template_directive":
                return Unresolved("holds a template directive, %{ … }")
            inner = child.find(kind="expression")
            parts.append(self.node(inner) if inner is not None else Unresolved("holds an empty interpolation"))
            at = span.end.index - start
        parts.append(plain(text[at:]))
        kept = [part for part in parts if part != ""]
        # A template of one interpolation is its value, whatever its type.
        return kept[0] if len(kept) == 1 else joined(kept)

    def _collection_value(self, node: SgNode) -> object:
        return self.node(node.children()[0])

    def _tuple(self, node: SgNode) -> object:
        return [self.node(child) for child in node.children() if child.kind() == "expression"]

    def _object(self, node: SgNode) -> object:
        where = node.range().start
        made = Map(self.path, where.line + 1, where.column + 1)
        for element in node.children():
            if element.kind() == "object_elem":
                key, value = (child for child in element.children() if child.kind() == "expression")
                name = as_text(self.scope.concrete(self._key(key)))
                if name is None:
                    return Unresolved(f"the key {key.text()} of an object is not known")
                made[name] = self.node(value)
                at = element.range().start
                made.places[name] = (at.line + 1, at.column + 1)
        return made

    def _key(self, node: SgNode) -> object:
        """A bare word is a text; in parentheses it is an expression."""
        bare = node.find(kind="identifier") if re.fullmatch(r"[\w-]+", node.text()) else None
        return node.text() if bare is not None else self.node(node)

    # Traversals

    def _variable_expr(self, node: SgNode) -> object:
        name = node.text()
        return self.names[name] if name in self.names else self.scope.lookup(name)

    def _stepped(self, value: object, part: SgNode) -> object:
        if part.kind() == "get_attr":
            return attribute(value, part.text().lstrip(".").strip())
        if part.kind() == "index":
            inner = part.children()[0]
            if inner.kind() == "legacy_index":
                return indexed(value, int(inner.text().strip(". ") or 0))
            expression = inner.find(kind="expression")
            return indexed(value, self.scope.concrete(self.node(expression))) if expression else value
        return Unresolved(f"{part.text()[:60]} is not understood")

    def _splat(self, value: object, parts: list[SgNode]) -> object:
        if isinstance(value, Unresolved):
            return value
        pairs = elements(value)
        found = [element for _, element in pairs] if pairs is not None else [] if value is None else [value]
        inner = [child for child in parts[0].children()[0].children() if child.is_named()]
        results = []
        for element in found:
            value = element
            for part in [*inner, *parts[1:]]:
                value = self._stepped(value, part)
            results.append(value)
        return results

    # Operations

    def _operation(self, node: SgNode) -> object:
        return self.node(node.children()[0])

    def _unary_operation(self, node: SgNode) -> object:
        value = self.scope.concrete(self._chain(node.children()[1:]))
        if isinstance(value, Unresolved):
            return value
        if node.text().startswith("!"):
            return not _truth(value)
        return -value if isinstance(value, int | float) else Unresolved(f"{node.text()} is no number")

    def _binary_operation(self, node: SgNode) -> object:
        children = node.children()
        at = next(place for place, child in enumerate(children) if not child.is_named() and child.text() not in "()")
        sign = children[at].text()
        left, right = (self.scope.concrete(self._chain(side)) for side in (children[:at], children[at + 1 :]))
        if sign in {"&&", "||"}:
            return _logical(sign, left, right)
        for side in (left, right):
            if isinstance(side, Unresolved):
                return side
        if sign in {"==", "!="}:
            same = left == right or (as_text(left) is not None and as_text(left) == as_text(right))
            return same == (sign == "==")
        if not isinstance(left, int | float) or not isinstance(right, int | float) or (sign in "/%" and not right):
            return Unresolved(f"{node.text()[:60]} is no number")
        return _COMPARED[sign](left, right) if sign in _COMPARED else Unresolved(f"{sign} is not understood")

    def _conditional(self, node: SgNode) -> object:
        condition, positive, negative = (child for child in node.children() if child.kind() == "expression")
        decided = self.scope.concrete(self.node(condition))
        # What can't be decided counts as true, as a condition of CloudFormation does.
        return self.node(positive if isinstance(decided, Unresolved) or _truth(decided) else negative)

    def _for_expr(self, node: SgNode) -> object:
        inner = node.children()[0]
        intro = next(child for child in inner.children() if child.kind() == "for_intro")
        variables = [child.text() for child in intro.children() if child.kind() == "identifier"]
        source = next(child for child in intro.children() if child.kind() == "expression")
        collection = self.node(source)
        pairs = elements(collection)
        if pairs is None:
            return collection if isinstance(collection, Unresolved) else Unresolved(f"{source.text()} is no collection")
        results = [child for child in inner.children() if child.kind() == "expression"]
        condition = next((child for child in inner.children() if child.kind() == "for_cond"), None)
        grouped = any(child.kind() == "ellipsis" for child in inner.children())
        made: list[object] = []
        mapped = Map("")
        for key, value in pairs:
            bound = dict(zip(variables, (key, value) if len(variables) == 2 else (value,), strict=False))
            here = Evaluator(self.scope, {**self.names, **bound}, self.depth, self.path)
            if condition is not None and not here._holds(condition):
                continue
            if inner.kind() == "for_tuple_expr":
                made.append(here.node(results[0]))
                continue
            name = as_text(self.scope.concrete(here.node(results[0])))
            if name is None:
                return Unresolved(f"the key {results[0].text()} of an object is not known")
            result = here.node(results[1])
            present = mapped.get(name)
            mapped[name] = [*(present if isinstance(present, list) else []), result] if grouped else result
        return made if inner.kind() == "for_tuple_expr" else mapped

    def _holds(self, condition: SgNode) -> bool:
        expression = next(child for child in condition.children() if child.kind() == "expression")
        decided = self.scope.concrete(self.node(expression))
        return isinstance(decided, Unresolved) or _truth(decided)

    def _function_call(self, node: SgNode) -> object:
        name = node.children()[0].text()
        given = next((child for child in node.children() if child.kind() == "function_arguments"), None)
        nodes = [child for child in given.children() if child.kind() == "expression"] if given else []
        if name in LAZY:
            return next((value for one in nodes if not isinstance(value := self.node(one), Unresolved)), False)
        arguments = [self.node(one) for one in nodes]
        if given is not None and any(child.kind() == "ellipsis" for child in given.children()) and arguments:
            last = arguments.pop()
            if isinstance(last, Unresolved):
                return last
            arguments.extend(element for _, element in elements(last) or ())
        function = FUNCTIONS.get(name) or self.scope.functions.get(name)
        if function is None:
            return Unresolved(f"{name}() is decided at deployment")
        try:
            return function(self.scope, *arguments)
        except (
            TypeError,
            ValueError,
            LookupError,
            ArithmeticError,
            AttributeError,
            StopIteration,
            RecursionError,
            re.error,
        ):
            return Unresolved(f"{node.text()[:60]} has arguments that it can't take")


def _truth(value: object) -> bool:
    return value is True or value == "true"


def _logical(sign: str, left: object, right: object) -> object:
    """One side can decide, whatever the other is."""
    deciding = sign == "||"
    known_sides = [_truth(side) for side in (left, right) if not isinstance(side, Unresolved)]
    if deciding in known_sides:
        return deciding
    if len(known_sides) == 2:
        return not deciding
    return left if isinstance(left, Unresolved) else right
