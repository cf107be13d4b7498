"""Which routes can come to a place: conditions on the route key, the event type, or the key that selects routes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from migrator.scan.python.model import Module
from migrator.scan.python.trace import Tracer
from migrator.scan.python.values import JSON, Event, Values, constants
from migrator.scan.route_conditions import Condition, RouteConditions, Subject


class RouteGuards(RouteConditions):
    """Answers for one API."""

    def __init__(self, routes: Collection[str], expression: str) -> None:
        super().__init__(routes, expression)
        self.conditions: dict[ast.AST, tuple[Condition, ...]] = {}

    def allow(self, node: ast.AST, module: Module, route: str | None, tracer: Tracer) -> bool:
        if route is None or len(self.routes) < 2:
            return True
        if node not in self.conditions:
            self.conditions[node] = tuple(self._conditions(node, module, tracer))
        return all(self.holds(condition, route) for condition in self.conditions[node])

    def allow_labels(self, labels: frozenset[str], all_labels: frozenset[str], route: str | None) -> bool:
        """A table of functions with route keys among its keys gives each route its own, and the others to $default.

        `labels`: the keys of one function; `all_labels`: those of the whole table."""
        if route is None or not labels or not all_labels & self.routes:
            return True
        return route in labels or (route == "$default" and not labels & self.routes)

    def _conditions(self, node: ast.AST, module: Module, tracer: Tracer) -> Iterator[Condition]:
        child: ast.AST = node
        for parent in module.ancestors(node):
            if isinstance(parent, ast.If | ast.IfExp):
                inside = _branch(parent, child)
                if inside is not None:
                    yield from self._test(parent.test, module, tracer, holds=inside)
            elif isinstance(parent, ast.match_case):
                yield from self._case(parent, module, tracer)
            for field in ("body", "orelse", "finalbody"):
                block = getattr(parent, field, None)
                if isinstance(block, list) and child in block:
                    yield from self._left_before(block[: block.index(child)], module, tracer)
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                return
            child = parent

    def _left_before(self, earlier: list[ast.stmt], module: Module, tracer: Tracer) -> Iterator[Condition]:
        for statement in earlier:
            if isinstance(statement, ast.If) and not statement.orelse and leaves(statement.body):
                yield from self._test(statement.test, module, tracer, holds=False)

    def _test(self, test: ast.expr, module: Module, tracer: Tracer, *, holds: bool) -> Iterator[Condition]:
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And if holds else ast.Or):
            for operand in test.values:
                yield from self._test(operand, module, tracer, holds=holds)
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield from self._test(test.operand, module, tracer, holds=not holds)
        elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
            yield from self._any_of(test, module, tracer, holds=holds)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            yield from self._compare(test, module, tracer, holds=holds)

    def _any_of(self, test: ast.BoolOp, module: Module, tracer: Tracer, *, holds: bool) -> Iterator[Condition]:
        """`route == "a" or route == "b"` is one condition with two literals."""
        found = [list(self._test(operand, module, tracer, holds=True)) for operand in test.values]
        if all(len(conditions) == 1 and conditions[0].holds for conditions in found):
            single = [conditions[0] for conditions in found]
            if len({condition.subject for condition in single}) == 1:
                yield Condition(single[0].subject, frozenset().union(*(item.literals for item in single)), holds)

    def _compare(self, test: ast.Compare, module: Module, tracer: Tracer, *, holds: bool) -> Iterator[Condition]:
        scope = module.scopes[test]
        operator, right = test.ops[0], test.comparators[0]
        positive = isinstance(operator, ast.Eq | ast.In)
        if not positive and not isinstance(operator, ast.NotEq | ast.NotIn):
            return
        for side, other in ((test.left, right), (right, test.left)):
            subject = self.subject(tracer.trace(side, scope))
            if subject:
                values = tracer.trace(other, scope)
                if isinstance(operator, ast.In | ast.NotIn):
                    values = tracer.step(values, "*")
                literals = constants(values)
                if literals and len(literals) == len(values):
                    yield Condition(subject, literals, holds == positive)
                return

    def _case(self, case: ast.match_case, module: Module, tracer: Tracer) -> Iterator[Condition]:
        match = module.parents.get(case)
        if not isinstance(match, ast.Match):
            return
        subject = self.subject(tracer.trace(match.subject, module.scopes[match]))
        literals = frozenset(case_literals(case.pattern))
        if subject and literals:
            yield Condition(subject, literals, holds=True)
        elif subject and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
            taken = [text for other in match.cases if other is not case for text in case_literals(other.pattern)]
            yield Condition(subject, frozenset(taken), holds=False)

    def subject(self, values: Values) -> Subject | None:
        """What a value of the event decides, if all that it can be agrees."""
        paths = {tuple(plain(step) for step in value.path) for value in values if isinstance(value.origin, Event)}
        if len(paths) != 1:
            return None
        path = paths.pop()
        if path[-2:] == ("requestContext", "routeKey"):
            return "route"
        if path[-2:] == ("requestContext", "eventType"):
            return "event"
        return "selection" if self.selection and path == ("body", JSON, self.selection) else None


def plain(step: str) -> str:
    """Attributes of typed events (`.request_context`) under the names of the plain ones (`requestContext`)."""
    if not step.startswith("."):
        return step
    first, *rest = step[1:].split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def case_literals(pattern: ast.pattern) -> list[str]:
    if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant):
        return [pattern.value.value] if isinstance(pattern.value.value, str) else []
    return (
        [text for item in pattern.patterns for text in case_literals(item)] if isinstance(pattern, ast.MatchOr) else []
    )


def _branch(parent: ast.If | ast.IfExp, child: ast.AST) -> bool | None:
    """True in the body, False in the else part, None in the test."""
    body = parent.body if isinstance(parent.body, list) else [parent.body]
    orelse = parent.orelse if isinstance(parent.orelse, list) else [parent.orelse]
    return True if child in body else False if child in orelse else None


def leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue)
