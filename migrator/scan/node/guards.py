"""Which routes can come to a place: conditions on the route key, the event type, or the key that selects routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import FUNCTIONS, Node
from migrator.scan.node.values import Values, message_path
from migrator.scan.route_conditions import Condition, RouteConditions, Subject


class Guards(RouteConditions):
    """Answers for one API."""

    def __init__(self, routes: Collection[str], expression: str) -> None:
        super().__init__(routes, expression)
        self._known: dict[int, tuple[Condition, ...]] = {}

    def allow(self, node: Node, route: str | None, tracer: Tracer) -> bool:
        if route is None or len(self.routes) < 2:
            return True
        if id(node) not in self._known:
            self._known[id(node)] = tuple(self.conditions(node, tracer))
        return all(self.holds(condition, route) for condition in self._known[id(node)])

    def subject(self, values: Values) -> Subject | None:
        """What an expression tells of the event, if that is what routes are told apart by."""
        for value in values:
            if value.origin.kind == "event" and value.path[-2:] == ("requestContext", "routeKey"):
                return "route"
            if value.origin.kind == "event" and value.path[-2:] == ("requestContext", "eventType"):
                return "event"
            keys = message_path(value)
            if keys is not None and len(keys) == 1 and keys[0] == self.selection:
                return "selection"
        return None

    def conditions(self, node: Node, tracer: Tracer) -> Iterator[Condition]:
        child = node
        for above in node.ancestors():
            if above.kind == "if_statement":
                test, yes, no = (above.field(name) for name in ("condition", "consequence", "alternative"))
                if test is not None and child in (yes, no):
                    yield from self.test(test, tracer, holds=child is yes)
            elif above.kind in {"switch_case", "switch_default"}:
                yield from self._case(above, tracer)
            elif above.kind == "statement_block":
                for earlier in above.children[: above.children.index(child)]:
                    test, yes = earlier.field("condition"), earlier.field("consequence")
                    left = earlier.kind == "if_statement" and earlier.field("alternative") is None
                    if left and test is not None and yes is not None and _leaves(yes):
                        yield from self.test(test, tracer, holds=False)
            if above.kind in FUNCTIONS and not _is_inline(above):
                return
            child = above

    def test(self, test: Node, tracer: Tracer, *, holds: bool) -> Iterator[Condition]:
        if test.kind == "parenthesized_expression" and test.children:
            yield from self.test(test.children[0], tracer, holds=holds)
        if test.kind != "binary_expression":
            return
        operator = test.own.field("operator")
        left, right, sign = test.field("left"), test.field("right"), operator.text() if operator is not None else ""
        if left is None or right is None:
            return
        if sign == ("&&" if holds else "||"):
            yield from self.test(left, tracer, holds=holds)
            yield from self.test(right, tracer, holds=holds)
        elif sign in {"===", "==", "!==", "!="}:
            for side, other in ((left, right), (right, left)):
                literal = other.literal()
                subject = self.subject(tracer.trace(side)) if literal is not None else None
                if subject is not None and literal is not None:
                    yield Condition(subject, frozenset({literal}), holds == (sign in {"===", "=="}))

    def _case(self, case: Node, tracer: Tracer) -> Iterator[Condition]:
        switch = next((above for above in case.ancestors() if above.kind == "switch_statement"), None)
        value = switch.field("value") if switch is not None else None
        subject = self.subject(tracer.trace(value)) if value is not None else None
        body = case.parent
        if subject is None or body is None:
            return
        if case.kind == "switch_default":
            labels = [label for other in body.children if (label := _label(other)) is not None]
            yield Condition(subject, frozenset(labels), holds=False)
            return
        at = body.children.index(case)
        joined = [case]
        while at > 0 and _is_bare(body.children[at - 1]):
            at -= 1
            joined.append(body.children[at])
        yield Condition(subject, frozenset(label for item in joined if (label := _label(item)) is not None), holds=True)


def tested(node: Node, guards: Guards, tracer: Tracer) -> Iterator[tuple[Subject, str]]:
    """What code below a node compares route keys, event types or the selecting key with."""
    for item in node.within("binary_expression", "switch_case"):
        if item.kind == "switch_case":
            found = guards.conditions(item.children[-1] if item.children else item, tracer)
        else:
            found = guards.test(item, tracer, holds=True)
        for condition in found:
            yield from ((condition.subject, literal) for literal in sorted(condition.literals))


def _label(case: Node) -> str | None:
    value = case.field("value")
    return value.literal() if value is not None else None


def _is_bare(case: Node) -> bool:
    """`case "a":` that falls through to the next."""
    return case.kind == "switch_case" and len(case.children) == 1


def _leaves(block: Node) -> bool:
    last = block.children[-1] if block.kind == "statement_block" and block.children else block
    return last.kind in {"return_statement", "throw_statement"}


def _is_inline(function: Node) -> bool:
    """A callback that is written where it is handed over runs under the same conditions."""
    return function.parent is not None and function.parent.kind == "arguments"
