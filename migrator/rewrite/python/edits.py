"""The verbs that rules share: a rule finds a node and says what becomes of it; this module does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from migrator.markers import marker
from migrator.rewrite.python.purity import is_pure

Changed = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]
Change = Callable[[cst.CSTNode], Changed]
Changes = dict[cst.CSTNode, Change]


def apply_changes(module: cst.Module, changes: Mapping[cst.CSTNode, Change]) -> cst.Module:
    """The module with all changes made; keys are nodes of `module`, found by identity."""
    if not changes:
        return module
    result = module.visit(_Applier(changes))
    assert isinstance(result, cst.Module)
    return result


def applied(node: cst.CSTNode, changes: Mapping[cst.CSTNode, Change]) -> cst.CSTNode:
    """A part of a module with the changes made in it: what a copy of it would be."""
    result = node.visit(_Applier(changes))
    assert isinstance(result, cst.CSTNode)
    return result


def replace(text: str, module: cst.Module) -> Change:
    """The node becomes the expression in `text`, with the module's own indentation and line ends."""
    expression = cst.parse_expression(text, module.config_for_parsing)
    return lambda _node: expression


def remove() -> Change:
    """The statement, argument or parameter goes. A statement that leaves its line empty takes the line along."""
    return lambda _node: cst.RemoveFromParent()


def comment(rule: str, reason: str) -> Change:
    """A marker above the statement line or compound statement."""
    line = cst.EmptyLine(comment=cst.Comment(f"# {marker(rule, reason)}"))

    def add(node: cst.CSTNode) -> cst.CSTNode:
        leading = getattr(node, "leading_lines", None)
        return node if leading is None else node.with_changes(leading_lines=[*leading, line])

    return add


def both(first: Change, second: Change) -> Change:
    """One change after the other; a removal ends it."""

    def change(node: cst.CSTNode) -> Changed:
        between = first(node)
        return second(between) if isinstance(between, cst.CSTNode) else between

    return change


class _Applier(cst.CSTTransformer):
    def __init__(self, changes: Mapping[cst.CSTNode, Change]) -> None:
        super().__init__()
        self._changes = changes
        self._gone: set[cst.CSTNode] = set()
        self._became: dict[cst.CSTNode, int] = {}
        """Statements that became several, and how many."""

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Changed:
        if isinstance(updated_node, cst.Module | cst.IndentedBlock):
            assert isinstance(original_node, cst.Module | cst.IndentedBlock)
            updated_node = updated_node.with_changes(body=self._spaced(original_node, updated_node))
        change = self._changes.get(original_node)
        result: Changed = updated_node if change is None else change(updated_node)
        if isinstance(result, cst.SimpleStatementLine) and not result.body:
            result = cst.RemoveFromParent()
        if isinstance(result, cst.If) and isinstance(result.body, cst.IndentedBlock) and not result.body.body:
            assert isinstance(original_node, cst.If)
            result = _without_branch(original_node, result)
        if isinstance(result, cst.RemovalSentinel):
            self._gone.add(original_node)
        elif isinstance(result, cst.FlattenSentinel):
            self._became[original_node] = len(result.nodes)
        return result

    def _spaced(
        self, before: cst.Module | cst.IndentedBlock, after: cst.Module | cst.IndentedBlock
    ) -> list[cst.BaseStatement]:
        """An empty line above a removed statement goes to the next one; none stays where a block now begins."""
        kept: list[cst.BaseStatement] = []
        rest = iter(after.body)
        blanks: list[cst.EmptyLine] = []
        for original in before.body:
            if original in self._gone or self._became.get(original) == 0:
                found = _blank_lines(original)
                blanks = found if len(found) > len(blanks) else blanks
                continue
            statement = next(rest)
            own = _blank_lines(statement)
            lines = list(getattr(statement, "leading_lines", ()))
            if not kept and before.body[0] in self._gone:
                lines = lines[len(own) :]
            elif len(blanks) > len(own):
                lines = [*blanks, *lines[len(own) :]]
            has_lines = hasattr(statement, "leading_lines")
            kept.append(statement.with_changes(leading_lines=lines) if has_lines else statement)
            kept.extend(next(rest) for _ in range(self._became.get(original, 1) - 1))
            blanks = []
        return kept


def _blank_lines(statement: cst.CSTNode) -> list[cst.EmptyLine]:
    """The empty lines right above, before any comment."""
    lines: list[cst.EmptyLine] = []
    for line in getattr(statement, "leading_lines", ()):
        if line.comment is not None:
            break
        lines.append(line)
    return lines


def _without_branch(before: cst.If, emptied: cst.If) -> Changed:
    """An `if` whose only branch lost its statements goes too, when nothing happens in its test."""
    if emptied.orelse is None and is_pure(before.test):
        return cst.RemoveFromParent()
    return emptied
