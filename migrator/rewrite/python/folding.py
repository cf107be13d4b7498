"""What is left of a handler when the route is known: branches of other routes go, and what only they needed."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.edits import Changed
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.known_values import Known, Names, Values
from migrator.rewrite.python.situation import Situation
from migrator.rewrite.python.unread import alone, cut, function_of, local_names, used, without_unread

_ROUNDS = 8


def folded(function: cst.FunctionDef, situation: Situation, names: Names) -> cst.FunctionDef:
    """The function with every branch decided that the route decides; itself when there is none.

    `names`: what the module gives to it. Raises NotNative when a variable would be left without a value.
    """
    before = alone(function)
    known = before
    for _ in range(_ROUNDS):
        after = _once(known, situation, names)
        if after is None:
            break
        known = after
    if known is before:
        return function
    lost = (local_names(before) - local_names(known)) & used(known)
    if lost:
        raise NotNative(f"{', '.join(sorted(lost))} would have no value on this route")
    result = known.module.body[0]
    assert isinstance(result, cst.FunctionDef)
    return result


def _once(facts: Facts, situation: Situation, names: Names) -> Facts | None:
    """One round; None when nothing is to be done."""
    function = function_of(facts)
    event = facts.binding(function.params.params[0].name) if function.params.params else None
    if event is None:
        return None
    decide = _Decisions(facts, Values(facts, event, situation, names))
    changed = function.visit(_Folder(facts, decide))
    assert isinstance(changed, cst.FunctionDef)
    if decide.made == 0 and changed.deep_equals(function):
        return None
    return without_unread(facts, alone(changed), lambda now: _may_raise(now, situation, names))


def _may_raise(facts: Facts, situation: Situation, names: Names) -> set[cst.CSTNode]:
    """Lines that read a key which the events of the route lack, or may lack: what comes of that has to stay."""
    event = facts.binding(function_of(facts).params.params[0].name)
    assert event is not None
    values = Values(facts, event, situation, names)
    found = set[cst.CSTNode]()
    for node in facts.all(cst.Subscript):
        read = values.path(node)
        if read is not None and len(read[0]) == 1 and not situation.has(read[0][0]):
            found.add(facts.line_of(node))
    return found


class _Decisions:
    """`made`: how many there were."""

    def __init__(self, facts: Facts, values: Values) -> None:
        self._facts, self._values = facts, values
        self.made = 0

    def truth(self, test: cst.BaseExpression) -> bool | None:
        known = self._values.of(test)
        return None if known is None else bool(known.value)

    def case(self, statement: cst.Match) -> cst.MatchCase | None:
        """The case that is chosen for certain."""
        subject = self._values.of(statement.subject)
        if subject is None or not isinstance(subject.value, str):
            return None
        for case in statement.cases:
            matches = self._matches(case.pattern, subject)
            if matches is None or (matches and case.guard is not None):
                return None
            if matches:
                return case
        return None

    def _matches(self, pattern: cst.MatchPattern, subject: Known) -> bool | None:
        if isinstance(pattern, cst.MatchValue):
            known = self._values.of(pattern.value)
            return None if known is None else known.value == subject.value
        if isinstance(pattern, cst.MatchOr):
            found = [self._matches(one.pattern, subject) for one in pattern.patterns]
            return None if None in found else any(found)
        wildcard = isinstance(pattern, cst.MatchAs) and pattern.pattern is None and pattern.name is None
        return True if wildcard else None

    def reference(self, node: cst.BaseExpression) -> str | None:
        """The function that a look-up by the route gives, and a variable that holds it."""
        known = self._values.of(node) if isinstance(node, cst.Subscript | cst.Call | cst.Name) else None
        return known.reference or None if known is not None else None

    def told(self, node: cst.BaseExpression) -> str | None:
        """What a function of the application says of the route."""
        return self._values.told(node) if isinstance(node, cst.Call) else None


class _Folder(cst.CSTTransformer):
    def __init__(self, facts: Facts, decide: _Decisions) -> None:
        super().__init__()
        self._facts, self._decide = facts, decide

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Changed:
        result: Changed = updated_node
        if isinstance(original_node, cst.If) and isinstance(updated_node, cst.If):
            result = self._if(original_node, updated_node)
        elif isinstance(original_node, cst.Match) and isinstance(updated_node, cst.Match):
            result = self._match(original_node, updated_node)
        elif isinstance(original_node, cst.IfExp) and isinstance(updated_node, cst.IfExp):
            truth = self._decide.truth(original_node.test)
            if truth is not None:
                self._decide.made += 1
                result = updated_node.body if truth else updated_node.orelse
        elif isinstance(original_node, cst.BooleanOperation) and isinstance(updated_node, cst.BooleanOperation):
            result = self._half(original_node, updated_node)
        elif isinstance(original_node, cst.Subscript | cst.Call | cst.Name) and self._is_value(original_node):
            name = self._decide.reference(original_node)
            told = self._decide.told(original_node)
            if name is not None or told is not None:
                self._decide.made += 1
                result = cst.Name(name) if name is not None else cst.SimpleString(repr(told))
        elif isinstance(updated_node, cst.IndentedBlock):
            result = cut(updated_node)
        return result

    def _match(self, original: cst.Match, updated: cst.Match) -> Changed:
        chosen = self._decide.case(original)
        if chosen is None:
            return updated
        self._decide.made += 1
        kept = updated.cases[list(original.cases).index(chosen)]
        return _flat(kept.body, _blanks(updated))

    def _is_value(self, node: cst.CSTNode) -> bool:
        """Whether the expression is read there, and a name is no part of something longer."""
        if not isinstance(node, cst.Name):
            return True
        binding = self._facts.binding(node)
        return binding is not None and any(load is node for load in self._facts.loads(binding))

    def _if(self, original: cst.If, updated: cst.If) -> Changed:
        truth = self._decide.truth(original.test)
        if truth is None:
            return updated
        self._decide.made += 1
        above = self._facts.parent(original)
        orelse = updated.orelse
        if isinstance(above, cst.If) and above.orelse is original:
            if truth:
                return cst.Else(body=updated.body, leading_lines=updated.leading_lines)
            return cst.RemoveFromParent() if orelse is None else orelse
        if truth:
            return _flat(updated.body, updated.leading_lines)
        if isinstance(orelse, cst.If):
            return orelse.with_changes(leading_lines=[*_blanks(updated), *orelse.leading_lines])
        return cst.RemoveFromParent() if orelse is None else _flat(orelse.body, _blanks(updated))

    def _half(self, original: cst.BooleanOperation, updated: cst.BooleanOperation) -> cst.CSTNode:
        """`True and x` is `x`; so is `False or x`."""
        left = self._decide.truth(original.left)
        if left is None or left is isinstance(original.operator, cst.Or):
            return updated
        self._decide.made += 1
        return updated.right


def _flat(suite: cst.BaseSuite, lines: object) -> cst.FlattenSentinel[cst.CSTNode]:
    """The statements of a block, in place of the statement around them, whose comments stay above."""
    if isinstance(suite, cst.SimpleStatementSuite):
        body: list[cst.BaseStatement] = [cst.SimpleStatementLine(suite.body)]
    else:
        body = [s for s in suite.body if isinstance(s, cst.BaseStatement)]
    if body and isinstance(lines, tuple | list):
        own = [line for line in getattr(body[0], "leading_lines", ()) if line.comment is not None]
        body[0] = body[0].with_changes(leading_lines=[*lines, *own])
    return cst.FlattenSentinel(body)


def _blanks(statement: cst.If | cst.Match) -> list[cst.EmptyLine]:
    """The empty lines above it; its comments speak of a branch that goes."""
    return [line for line in statement.leading_lines if line.comment is None]
