"""A TypeScript or JavaScript file as syntax of a CDK program: its statements, imports and classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ast_grep_py import SgNode, SgRoot

from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.script_expressions import CLASSES, ExpressionReader, at, named, string_value

_GRAMMARS: Final = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}
_COUNTED: Final = re.compile(r"\(\s*(?:let|var)\s+(\w+)\s*=\s*(\d+)\s*;\s*\1\s*(<=?)\s*(\d+)\s*;")
MOST_ROUNDS: Final = 50
"""Rounds of a counted loop that are followed."""


def read_script(text: str, path: str) -> s.Source:
    tool = _GRAMMARS.get(PurePosixPath(path).suffix, "javascript")
    reader = ScriptReader()
    body = reader.block(named(SgRoot(text, tool).root()))
    return s.Source(path, "script", body, tuple(reader.imports))


class ScriptReader(ExpressionReader):
    def __init__(self) -> None:
        self.imports: list[s.Import] = []

    def block(self, children: list[SgNode]) -> tuple[s.Node, ...]:
        return tuple(node for child in children for node in self.statement(child))

    def body_of(self, node: SgNode | None) -> tuple[s.Node, ...]:
        """A block, or the one statement that stands in its place."""
        if node is None:
            return ()
        return self.block(named(node)) if node.kind() in {"statement_block", "else_clause"} else self.block([node])

    def statement(self, node: SgNode) -> Iterator[s.Node]:  # noqa: PLR0912 - one line a kind of statement
        kind = node.kind()
        if kind == "expression_statement":
            yield from (self.expression(child) for child in named(node)[:1])
        elif kind in {"lexical_declaration", "variable_declaration"}:
            for declarator in named(node):
                yield from self.declared(declarator)
        elif kind == "import_statement":
            yield from self.imported(node)
        elif kind == "export_statement":
            yield from self.exported(node)
        elif kind in CLASSES:
            yield self.a_class(node)
        elif kind in {"function_declaration", "generator_function_declaration"}:
            yield self.function(node, "function")
        elif kind == "enum_declaration":
            yield self.enumeration(node)
        elif kind == "if_statement":
            then, otherwise = self.body_of(node.field("consequence")), self.body_of(node.field("alternative"))
            yield s.If(*at(node), self.field(node, "condition"), then, otherwise)
        elif kind == "for_in_statement":
            yield self.loop(node)
        elif kind == "for_statement":
            yield self.counted(node)
        elif kind in {"while_statement", "do_statement"}:
            yield s.If(*at(node), s.Opaque(*at(node), "a loop"), self.body_of(node.field("body")), ())
        elif kind == "switch_statement":
            yield from self.switch(node)
        elif kind == "try_statement":
            final = node.field("finalizer")
            yield from self.body_of(node.field("body"))
            yield from self.block([block for child in named(final) for block in named(child)] if final else [])
        elif kind == "return_statement":
            value = named(node)
            yield s.Return(*at(node), self.expression(value[0]) if value else None)
        elif kind == "throw_statement":
            yield s.Raise(*at(node))
        elif kind in {"break_statement", "continue_statement"}:
            yield s.Jump(*at(node), kind == "break_statement")
        elif kind in {"statement_block", "labeled_statement"}:
            yield from self.block(named(node))

    def declared(self, declarator: SgNode) -> Iterator[s.Node]:
        target, value = declarator.field("name"), declarator.field("value")
        if target is None or value is None:
            return
        module = _required(value)
        if module is None:
            yield s.Assign(*at(declarator), self.target(target), self.expression(value))
            return
        names: tuple[tuple[str, str], ...] = (("*", target.text()),)
        if target.kind() == "object_pattern":
            pattern = self.target(target)
            entries = pattern.entries if isinstance(pattern, s.Pattern) else ()
            names = tuple((key, local.name) for key, local, _ in entries if isinstance(local, s.Name))
        yield self.note(s.Import(*at(declarator), module, 0, names))

    def note(self, found: s.Import) -> s.Import:
        self.imports.append(found)
        return found

    def imported(self, node: SgNode) -> Iterator[s.Import]:
        source = node.field("source") or next(iter(node.find_all(kind="string")), None)
        if source is None:
            return
        names: list[tuple[str, str]] = []
        for clause in named(node):
            if clause.kind() == "import_require_clause":
                names.extend(("*", name.text()) for name in named(clause) if name.kind() == "identifier")
            for part in named(clause) if clause.kind() == "import_clause" else []:
                if part.kind() == "identifier":
                    names.append(("default", part.text()))
                elif part.kind() == "namespace_import":
                    names.extend(("*", name.text()) for name in named(part))
                elif part.kind() == "named_imports":
                    names.extend(_specifiers(part))
        yield self.note(s.Import(*at(node), string_value(source), 0, tuple(names)))

    def exported(self, node: SgNode) -> Iterator[s.Node]:
        source = node.field("source")
        if source is not None:
            names = [pair for part in named(node) if part.kind() == "export_clause" for pair in _specifiers(part)]
            yield self.note(s.Import(*at(node), string_value(source), 0, tuple(names) or (("*", "*"),)))
            return
        declaration = node.field("declaration")
        value = node.field("value")
        if value is not None:
            yield s.Assign(*at(node), s.Name(*at(node), "default"), self.expression(value))
        if declaration is None:
            return
        made = list(self.statement(declaration))
        yield from made
        if any(child.kind() == "default" for child in node.children()):
            for item in made:
                if isinstance(item, s.Class | s.FunctionNode):
                    yield s.Assign(*at(node), s.Name(*at(node), "default"), s.Name(*at(node), item.name))

    def loop(self, node: SgNode) -> s.For:
        left, operator = node.field("left"), node.field("operator")
        target = self.target(left) if left is not None else s.Opaque(*at(node), "a loop")
        keys = operator is not None and operator.text() == "in"
        return s.For(*at(node), target, self.field(node, "right"), self.body_of(node.field("body")), keys)

    def counted(self, node: SgNode) -> s.Node:
        body = self.body_of(node.field("body"))
        match = _COUNTED.search(node.text().partition("\n")[0])
        if match is None:
            return s.If(*at(node), s.Opaque(*at(node), "a loop"), body, ())
        first, last = int(match.group(2)), int(match.group(4)) + (match.group(3) == "<=")
        rounds = tuple(s.Const(*at(node), number) for number in range(first, min(last, first + MOST_ROUNDS)))
        return s.For(*at(node), s.Name(*at(node), match.group(1)), s.ListOf(*at(node), rounds), body)

    def switch(self, node: SgNode) -> Iterator[s.If]:
        """Each case on its own: one that can't be decided runs like all that can't."""
        subject, body = self.field(node, "value"), node.field("body")
        for case in named(body) if body is not None else []:
            value = case.field("value")
            children = [child for child in named(case) if value is None or child != value]
            if children and value is not None and children[0].range() == value.range():
                children = children[1:]
            inside = tuple(item for item in self.block(children) if not isinstance(item, s.Jump))
            test: s.Node = s.Opaque(*at(case), "the default case")
            if value is not None:
                test = s.Binary(*at(case), "==", subject, self.expression(value))
            yield s.If(*at(case), test, inside, ())

    def enumeration(self, node: SgNode) -> s.Class:
        body, shared = node.field("body"), []
        for member in named(body) if body is not None else []:
            name, value = member.field("name") or member, member.field("value")
            given = self.expression(value) if value is not None else s.Const(*at(member), name.text())
            shared.append(s.Assign(*at(member), s.Name(*at(member), name.text().strip("\"'")), given))
        title = node.field("name")
        return s.Class(*at(node), title.text() if title else "", (), (), (), tuple(shared))


def _specifiers(clause: SgNode) -> list[tuple[str, str]]:
    found = []
    for specifier in named(clause):
        name, alias = specifier.field("name"), specifier.field("alias")
        if name is not None:
            found.append((name.text(), (alias or name).text()))
    return found


def _required(value: SgNode) -> str | None:
    """The module of `require('module')`."""
    called = value.field("function") if value.kind() == "call_expression" else None
    if called is None or called.text() != "require":
        return None
    text = next(iter(value.find_all(kind="string")), None)
    return string_value(text) if text is not None else None
