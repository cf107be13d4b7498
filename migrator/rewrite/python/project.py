"""All Python modules of an application together: who mentions a name, who calls a function, who imports whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import libcst as cst

from migrator.rewrite.python.facts import Facts, dotted_name, string

Mention = tuple[Facts, cst.CSTNode]


class Project:
    """Names are compared as text, across modules and classes: a rule that asks here errs on the side of caution."""

    def __init__(self, modules: Mapping[str, Facts]) -> None:
        self.modules = dict(modules)
        self._names: defaultdict[str, list[Mention]] = defaultdict(list)
        self._strings: defaultdict[str, list[Mention]] = defaultdict(list)
        self._definitions: defaultdict[str, list[tuple[Facts, cst.FunctionDef | cst.ClassDef]]] = defaultdict(list)
        for facts in self.modules.values():
            self._index(facts)

    def mentions(self, name: str) -> list[Mention]:
        """Every use of the identifier as a name, attribute, import or keyword, definitions left out."""
        return self._names[name]

    def literals(self, value: str) -> list[Mention]:
        """Every string literal with exactly this value."""
        return self._strings[value]

    def definitions(self, name: str) -> list[tuple[Facts, cst.FunctionDef | cst.ClassDef]]:
        return self._definitions[name]

    def calls(self, name: str) -> Iterator[tuple[Facts, cst.Call]]:
        """Every call of something with this name, whatever it is a method of."""
        for facts, node in self.mentions(name):
            above = facts.parent(node)
            called: cst.CSTNode | None = node
            if isinstance(above, cst.Attribute) and above.attr is node:
                called, above = above, facts.parent(above)
            if isinstance(above, cst.Call) and above.func is called:
                yield facts, above

    def reached_from(self, paths: set[str]) -> set[str]:
        """The files, and all files of the application that they import, directly or not; by module names."""
        reached: set[str] = set()
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path in reached or path not in self.modules:
                continue
            reached.add(path)
            waiting.extend(self._imports(self.modules[path]))
        return reached

    def sources_of(self, statement: cst.ImportFrom) -> list[str]:
        """The files of the application from which `from x import y` may import, relative imports included."""
        module = dotted_name(statement.module) if statement.module is not None else ""
        return list(self.files_named(module or "")) if module else list(self.modules)

    def _imports(self, facts: Facts) -> Iterator[str]:
        for node in facts.all(cst.ImportFrom):
            base = dotted_name(node.module) if node.module is not None else ""
            names = [] if isinstance(node.names, cst.ImportStar) else [dotted_name(alias.name) for alias in node.names]
            for name in ("", *names):
                yield from self.files_named(f"{base}.{name}".strip("."))
        for plain in facts.all(cst.Import):
            for alias in plain.names:
                yield from self.files_named(dotted_name(alias.name) or "")

    def files_named(self, dotted: str) -> Iterator[str]:
        """Files that the dotted name may mean, from whichever folder is the import root."""
        if not dotted:
            return
        wanted = PurePosixPath(*dotted.split("."))
        for path in self.modules:
            found = PurePosixPath(path)
            module = found.parent if found.name == "__init__.py" else found.with_suffix("")
            if module.parts[-len(wanted.parts) :] == wanted.parts:
                yield path

    def _index(self, facts: Facts) -> None:
        for node in facts.nodes:
            if isinstance(node, cst.FunctionDef | cst.ClassDef):
                self._definitions[node.name.value].append((facts, node))
            elif isinstance(node, cst.Name):
                above = facts.parent(node)
                if not (isinstance(above, cst.FunctionDef | cst.ClassDef) and above.name is node):
                    self._names[node.value].append((facts, node))
            elif isinstance(node, cst.SimpleString):
                value = string(node)
                if value is not None:
                    self._strings[value].append((facts, node))
