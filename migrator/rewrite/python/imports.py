"""Imports that the rules need are added; imports that the rules left unused are removed, and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import libcst as cst

from migrator.rewrite.python.edits import Change, apply_changes, remove
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.syntax import dotted_name


def add_imports(module: cst.Module, wanted: Iterable[tuple[str, str]]) -> cst.Module:
    """`from <module> import <name>` for each pair that isn't there, after the imports at the top of the file."""
    missing: dict[str, set[str]] = {}
    present = {pair for statement in module.body for pair in _from_imports(statement)}
    for source, name in wanted:
        if (source, name) not in present:
            missing.setdefault(source, set()).add(name)
    if not missing:
        return module
    body = list(module.body)
    at = _after_imports(body)
    lines = []
    for source in sorted(missing):
        names = [cst.ImportAlias(cst.Name(name)) for name in sorted(missing[source])]
        module_name = cst.parse_expression(source)
        assert isinstance(module_name, cst.Attribute | cst.Name)
        lines.append(cst.SimpleStatementLine([cst.ImportFrom(module_name, names)]))
    first = at
    while first > 0 and _is_ours(body[first - 1]):
        first -= 1
    present_lines = [line for line in body[first:at] if isinstance(line, cst.SimpleStatementLine)]
    ours = _merged([*present_lines, *lines])
    above = ours[0].leading_lines if first < at else [cst.EmptyLine(indent=False)][: int(at > 0)]
    ours = sorted((line.with_changes(leading_lines=[]) for line in ours), key=lambda line: _from_imports(line)[0][0])
    ours[0] = ours[0].with_changes(leading_lines=above)
    if at < len(body) and not _begins_apart(body[at]):
        blank = cst.EmptyLine(indent=False)
        apart = [blank, blank] if isinstance(body[at], cst.FunctionDef | cst.ClassDef) else [blank]
        body[at] = body[at].with_changes(leading_lines=[*apart, *body[at].leading_lines])
    return module.with_changes(body=[*body[:first], *ours, *body[at:]])


def _merged(lines: list[cst.SimpleStatementLine]) -> list[cst.SimpleStatementLine]:
    """One line for each module from which they import."""
    made: dict[str, cst.SimpleStatementLine] = {}
    for line in lines:
        only = line.body[0]
        assert isinstance(only, cst.ImportFrom)
        assert not isinstance(only.names, cst.ImportStar)
        source = _from_imports(line)[0][0]
        before = made.get(source)
        if before is None:
            made[source] = line
            continue
        names = sorted({name for _source, name in (*_from_imports(before), *_from_imports(line))})
        aliases = [cst.ImportAlias(cst.Name(name)) for name in names]
        made[source] = before.with_changes(body=[only.with_changes(names=aliases)])
    return list(made.values())


def remove_unused_imports(before: Facts, after: Facts, project: Project) -> cst.Module:
    """Removes imports whose name was read in `before` and is not in `after`; other modules may not import it."""
    were_read, are_read = _names(before), _names(after)
    changes: dict[cst.CSTNode, Change] = {}
    statements: list[cst.Import | cst.ImportFrom] = [*after.all(cst.Import), *after.all(cst.ImportFrom)]
    for statement in statements:
        if isinstance(statement.names, cst.ImportStar):
            continue
        gone = [
            alias
            for alias in statement.names
            if were_read[_bound(alias)] and not are_read[_bound(alias)] and not _passed_on(project, after, alias)
        ]
        if len(gone) == len(statement.names):
            changes[statement] = remove()
        elif gone:
            changes[statement] = _without({_bound(alias) for alias in gone})
    return apply_changes(after.module, changes)


def _without(names: set[str]) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Import | cst.ImportFrom)
        assert not isinstance(node.names, cst.ImportStar)
        kept = [alias for alias in node.names if _bound(alias) not in names]
        if node.names[-1] is not kept[-1]:
            last: cst.Comma | cst.MaybeSentinel = node.names[-1].comma
            kept[-1] = kept[-1].with_changes(comma=last)
        return node.with_changes(names=kept)

    return change


def _bound(alias: cst.ImportAlias) -> str:
    """The name by which the module knows it: 'os' of `import os.path`, 'b' of `import a as b`."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return (dotted_name(alias.name) or "").split(".")[0]


def _names(facts: Facts) -> Counter[str]:
    """How often each identifier is read, strings in annotations included by their words."""
    counted: Counter[str] = Counter()
    for binding in facts.loaded():
        counted[binding.name] += len(facts.loads(binding))
    for text in facts.all(cst.SimpleString):
        value = text.evaluated_value
        if isinstance(value, str) and any(isinstance(above, cst.Annotation) for above in facts.ancestors(text)):
            counted.update(word for word in value.replace("[", " ").replace("]", " ").replace(".", " ").split())
    return counted


def _passed_on(project: Project, facts: Facts, alias: cst.ImportAlias) -> bool:
    """Whether another module imports the name from this one, or `__all__` lists it."""
    name = _bound(alias)
    if project.literals(name, {facts.path}):
        return True
    for other, node in project.mentions(name, project.users(facts.path)):
        above = other.parent(node)
        statement = other.parent(above) if isinstance(above, cst.ImportAlias) else None
        if other is not facts and isinstance(statement, cst.ImportFrom) and facts.path in project.sources_of(statement):
            return True
    return False


def _from_imports(statement: cst.CSTNode) -> list[tuple[str, str]]:
    pairs = []
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if not isinstance(small, cst.ImportFrom) or small.module is None or isinstance(small.names, cst.ImportStar):
                continue
            source = dotted_name(small.module) or ""
            pairs += [(source, dotted_name(alias.name) or "") for alias in small.names if alias.asname is None]
    return pairs


def _after_imports(body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement]) -> int:
    """Behind the last import of the run that begins the file; behind the docstring when there is none."""
    at = 0
    for index, statement in enumerate(body):
        if _is_import(statement):
            at = index + 1
        elif not (index == 0 and _is_docstring(statement)):
            break
        elif at == 0:
            at = 1
    return at


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Import | cst.ImportFrom) for small in statement.body
    )


def _is_ours(statement: cst.CSTNode) -> bool:
    """An import that a rule has added, alone on its line and without a comment above."""
    plain = not any(line.comment for line in getattr(statement, "leading_lines", ()))
    pairs = _from_imports(statement)
    return plain and bool(pairs) and all(s.startswith("sse_service.") or s == "fastapi" for s, _name in pairs)


def _is_docstring(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )


def _begins_apart(statement: cst.SimpleStatementLine | cst.BaseCompoundStatement) -> bool:
    lines = statement.leading_lines
    return bool(lines) and lines[0].comment is None
