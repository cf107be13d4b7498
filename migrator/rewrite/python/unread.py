"""One function by itself: what nobody reads in it any more, and what nobody reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet

import libcst as cst

from migrator.rewrite.python.control_flow import leaves
from migrator.rewrite.python.edits import Changed
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.purity import is_pure


def alone(function: cst.FunctionDef) -> Facts:
    """The function as a module of its own."""
    return Facts("", cst.Module([function]))


def function_of(facts: Facts) -> cst.FunctionDef:
    found = facts.module.body[0]
    assert isinstance(found, cst.FunctionDef)
    return found


def cut(block: cst.IndentedBlock) -> cst.IndentedBlock:
    """Without what stands behind a statement that always leaves; with `pass` where nothing is left."""
    for index, statement in enumerate(block.body):
        if leaves(statement) and index + 1 < len(block.body):
            return block.with_changes(body=block.body[: index + 1], footer=[])
    return block if block.body else block.with_changes(body=[cst.SimpleStatementLine([cst.Pass()])])


def without_unread(before: Facts, after: Facts, needed: Callable[[Facts], AbstractSet[cst.CSTNode]]) -> Facts:
    """Variables that were read before and are not any more go, where making their value does nothing else.

    `needed`: lines that stay all the same.
    """
    were_read = Counter(name.value for name in _loaded(before))
    are_read = {name.value for name in _loaded(after)}
    stay = needed(after)
    gone: set[cst.CSTNode] = set()
    for binding in after.stored():
        if binding.name in are_read or not were_read[binding.name]:
            continue
        lines = {after.line_of(store) for store in after.stores(binding)}
        gone |= lines if _pure_values(after, binding) and not lines & stay else set()
    if not gone:
        return after
    changed = function_of(after).visit(_Remover(gone))
    assert isinstance(changed, cst.FunctionDef)
    return without_unread(before, alone(changed), needed)


def _pure_values(facts: Facts, binding: Binding) -> bool:
    """Whether all its values come by assignments alone on their lines, and nothing happens in them."""
    values = facts.values(binding)
    lines = [facts.line_of(store) for store in facts.stores(binding)]
    alone = all(isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 for line in lines)
    return alone and values is not None and all(is_pure(value) for value in values)


class _Remover(cst.CSTTransformer):
    def __init__(self, gone: set[cst.CSTNode]) -> None:
        super().__init__()
        self._gone = gone

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Changed:
        if original_node in self._gone:
            return cst.RemoveFromParent()
        changed = isinstance(updated_node, cst.IndentedBlock) and original_node is not updated_node
        return cut(updated_node) if changed and isinstance(updated_node, cst.IndentedBlock) else updated_node


def _loaded(facts: Facts) -> list[cst.Name]:
    return [node for binding in facts.loaded() for node in facts.loads(binding) if isinstance(node, cst.Name)]


def used(facts: Facts) -> set[str]:
    """Names that stand for a value, whether it is known where that comes from or not."""
    return {node.value for node in facts.all(cst.Name) if not _is_label(facts.parent(node), node)}


def _is_label(above: cst.CSTNode | None, node: cst.Name) -> bool:
    """Whether it only names an attribute, a parameter or an argument."""
    if isinstance(above, cst.Attribute):
        return above.attr is node
    if isinstance(above, cst.Arg):
        return above.keyword is node
    return isinstance(above, cst.Param)


def local_names(facts: Facts) -> set[str]:
    """Names that get a value in the function."""
    return {binding.name for binding in facts.stored()}
