"""What other rules left without a reader: variables, attributes, empty constructors and imports. Nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet

import libcst as cst
from libcst.metadata import ClassScope, FunctionScope, GlobalScope

from migrator.rewrite.python.edits import Changes, remove
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.purity import is_pure

LOOKUPS = frozenset({"getattr", "setattr", "hasattr", "delattr", "attrgetter"})
Key = tuple[str, str]
"""(where it lives, name): comparable between two versions of a module."""


def left_unused(before: Facts, after: Facts, project: Project, kept: AbstractSet[str] = frozenset()) -> Changes:
    """Removals in `after`, a module of `project`, for what was read in `before` and is not read any more.

    `kept`: functions that the service calls.
    """
    were_read = _reads(before)
    are_read = _reads(after)
    changes: Changes = {}
    for binding in after.stored():
        key = _key(after, binding)
        if key is None or not were_read[key] or are_read[key]:
            continue
        if isinstance(binding.owner, GlobalScope | cst.ClassDef) and _is_mentioned(project, after, binding):
            continue
        changes.update(_removals(after, binding))
    changes.update(_emptied_constructors(before, after))
    changes.update(_functions(before, after, project, kept))
    return changes


def _functions(before: Facts, after: Facts, project: Project, kept: AbstractSet[str]) -> Changes:
    """Functions of the module that were called in it, and that nobody calls any more."""
    changes: Changes = {}
    called = {call.func.value for call in before.all(cst.Call) if isinstance(call.func, cst.Name)}
    for node in after.all(cst.FunctionDef):
        name = node.name.value
        at_top = after.qualified_name(node) == name and not node.decorators and name not in kept
        users = project.users(after.path)
        if at_top and name in called and not project.mentions(name, users) and not project.literals(name, users):
            changes[node] = remove()
    return changes


def _reads(facts: Facts) -> Counter[Key]:
    counted: Counter[Key] = Counter()
    for binding in facts.loaded():
        key = _key(facts, binding)
        if key is not None:
            counted[key] += len(facts.loads(binding))
    return counted


def _key(facts: Facts, binding: Binding) -> Key | None:
    owner = binding.owner
    if isinstance(owner, cst.ClassDef):
        return f"self of {facts.qualified_name(owner)}", binding.name
    if isinstance(owner, GlobalScope):
        return "", binding.name
    if isinstance(owner, FunctionScope | ClassScope) and isinstance(owner.node, cst.FunctionDef):
        return facts.qualified_name(owner.node), binding.name
    return None


def _is_mentioned(project: Project, facts: Facts, binding: Binding) -> bool:
    """Whether somebody outside of the module or class may read it, or somebody anywhere by its name as text."""
    in_class = isinstance(binding.owner, cst.ClassDef)
    own = {store.attr for store in facts.stores(binding) if isinstance(store, cst.Attribute)}
    within = None if in_class else project.users(facts.path)
    for other, node in project.mentions(binding.name, within):
        above = other.parent(node)
        if isinstance(above, cst.Attribute) and above.attr is node:
            if node not in own and project.reaches(other, above, facts.path, in_class=in_class):
                return True
        elif isinstance(above, cst.ImportAlias) and other is not facts and not in_class:
            statement = other.parent(above)
            if isinstance(statement, cst.ImportFrom) and facts.path in project.sources_of(statement):
                return True
    return any(_is_by_name(f, node) for f, node in project.literals(binding.name, within))


def _is_by_name(facts: Facts, literal: cst.CSTNode) -> bool:
    """Whether the text may be looked up as a name: in `__all__`, or by `getattr`."""
    above = facts.parent(literal)
    call = facts.parent(above) if isinstance(above, cst.Arg) else None
    looks_up = isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in LOOKUPS
    return isinstance(above, cst.Element) or looks_up


def _removals(facts: Facts, binding: Binding) -> Changes:
    changes: Changes = {}
    for store in facts.stores(binding):
        above = facts.parent(store)
        value = facts.assigned(store)
        if isinstance(above, cst.AnnAssign) and value is None:
            changes[above] = remove()
        elif value is not None and is_pure(value):
            statement = facts.statement(store)
            changes[statement] = remove()
            changes.update(_docstring_after(facts, statement))
        else:
            return {}
    return changes


def _docstring_after(facts: Facts, statement: cst.CSTNode) -> Changes:
    """The string that stands under a constant and describes it."""
    line = facts.parent(statement)
    block = facts.parent(line) if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(block, cst.Module) or not isinstance(line, cst.SimpleStatementLine):
        return {}
    following = block.body[list(block.body).index(line) + 1 :]
    if following and isinstance(following[0], cst.SimpleStatementLine) and len(following[0].body) == 1:
        only = following[0].body[0]
        if isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString):
            return {only: remove()}
    return {}


def _emptied_constructors(before: Facts, after: Facts) -> Changes:
    """`__init__` of a class without bases that had statements and now has none."""
    empty_before = {before.qualified_name(node) for node in before.all(cst.FunctionDef) if _is_empty(node)}
    changes: Changes = {}
    for node in after.all(cst.FunctionDef):
        owner = after.enclosing(node, cst.ClassDef)
        if node.name.value != "__init__" or owner is None or owner.bases or not _is_empty(node):
            continue
        if len(node.params.params) == 1 and len(owner.body.body) > 1 and after.qualified_name(node) not in empty_before:
            changes[node] = remove()
    return changes


def _is_empty(function: cst.FunctionDef) -> bool:
    return all(
        isinstance(statement, cst.SimpleStatementLine) and all(isinstance(small, cst.Pass) for small in statement.body)
        for statement in function.body.body
    )
