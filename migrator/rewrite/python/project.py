"""All Python modules of an application together: who mentions a name, who calls a function, who imports whom.

Most modules of an application have nothing to do with its WebSocket API, and a tree with metadata is expensive. So a
module is only parsed when somebody asks for a word that is in its text.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from pathlib import PurePosixPath

import libcst as cst

from migrator.isolation import parsing
from migrator.nesting import nested_too_deeply
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.syntax import dotted_name, string

BOM = "\ufeff"
Mention = tuple[Facts, cst.CSTNode]
Definition = tuple[Facts, cst.FunctionDef | cst.ClassDef]

TOO_DEEP = "nested too deeply to be read"

_WORD = re.compile(r"[^\W\d]\w*")


class Module:
    """One file: its text, its words, and its tree on demand."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.words = frozenset(_WORD.findall(text))
        self._facts: Facts | str | None = None
        self._imports: frozenset[str] | None = None
        self._names: defaultdict[str, list[cst.Name]] | None = None

    @property
    def facts(self) -> Facts | None:
        """None when it can't be parsed; `failure` says why."""
        if self._facts is None:
            self._facts = _parse(self.path, self.text)
        return self._facts if isinstance(self._facts, Facts) else None

    @property
    def failure(self) -> str | None:
        return self._facts if self.facts is None and isinstance(self._facts, str) else None

    def mentions(self, name: str) -> list[cst.Name]:
        """Uses of the identifier, definitions left out."""
        if self._names is None:
            self._names = defaultdict(list)
            if self.facts is not None:
                for node in self.facts.all(cst.Name):
                    above = self.facts.parent(node)
                    if not (isinstance(above, cst.FunctionDef | cst.ClassDef) and above.name is node):
                        self._names[node.value].append(node)
        return self._names[name]

    @property
    def imports(self) -> frozenset[str]:
        """Dotted names that it imports, relative ones without their dots."""
        if self._imports is None:
            self._imports = frozenset(_imports(self.text))
        return self._imports


class Project:
    """Names are compared as text, across modules and classes: a rule that asks here errs on the side of caution."""

    def __init__(self, texts: Mapping[str, str], known: Project | None = None) -> None:
        """`known`: an older version, whose modules are taken over where the text is the same."""
        before = known.modules if known is not None else {}
        self.modules: dict[str, Module] = {}
        for path in sorted(texts):
            same = before.get(path)
            is_same = same is not None and same.text == texts[path]
            self.modules[path] = same if same is not None and is_same else Module(path, texts[path])
        self._by_name: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for path in self.modules:
            parts = PurePosixPath(path).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            if parts:
                self._by_name[parts[-1]].append((parts, path))
        self._users: dict[str, frozenset[str]] = {}

    def facts(self, path: str) -> Facts | None:
        """None for a file that is not there, or can't be parsed."""
        module = self.modules.get(path)
        return None if module is None else module.facts

    def with_words(self, *words: str, within: Container[str] | None = None) -> list[Facts]:
        """The modules that have any of the words in their text, comments and strings included.

        `within`: only these paths; None for all.
        """
        wanted = set(words)
        found = (module.facts for module in self._those(within) if wanted & module.words)
        return [facts for facts in found if facts is not None]

    def users(self, path: str) -> frozenset[str]:
        """The file and the files that import it: those in which a name of its top level can be used."""
        if path not in self._users:
            importers = {
                other
                for other, module in self.modules.items()
                if any(path in self.files_named(name) for name in module.imports)
            }
            self._users[path] = frozenset({path, *importers})
        return self._users[path]

    def mentions(self, name: str, within: Container[str] | None = None) -> list[Mention]:
        """Every use of the identifier as a name, attribute, import or keyword, definitions left out.

        `within`: only in these files; None for all.
        """
        found: list[Mention] = []
        for module in self._those(within):
            if name in module.words and module.facts is not None:
                found += [(module.facts, node) for node in module.mentions(name)]
        return found

    def literals(self, value: str, within: Container[str] | None = None) -> list[Mention]:
        """Every string literal with exactly this value."""
        return [
            (module.facts, node)
            for module in self._those(within)
            if value in module.text and module.facts is not None
            for node in module.facts.all(cst.SimpleString)
            if string(node) == value
        ]

    def definitions(self, name: str) -> list[Definition]:
        """Functions, methods and classes of this name."""
        found: list[Definition] = []
        for facts in self.with_words(name):
            found += [(facts, node) for node in facts.all(cst.FunctionDef) if node.name.value == name]
            found += [(facts, node) for node in facts.all(cst.ClassDef) if node.name.value == name]
        return found

    def calls(self, name: str, within: Container[str] | None = None) -> Iterator[tuple[Facts, cst.Call]]:
        """Every call of something with this name, whatever it is a method of."""
        for facts, node in self.mentions(name, within):
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
            waiting += [found for name in self.modules[path].imports for found in self.files_named(name)]
        return reached

    def reaches(self, other: Facts, access: cst.Attribute, path: str, *, in_class: bool) -> bool:
        """Whether `x.name` may be a variable of the module at `path`, or of an object of one of its classes."""
        imported = other.imported(access.value)
        if not in_class:
            return any(path in self.files_named(name) for name in imported)
        # `boto3.client` is nobody's attribute here: what is imported from elsewhere has none of our objects.
        return not imported or any(self._is_own(name) for name in imported)

    def sources_of(self, statement: cst.ImportFrom) -> list[str]:
        """The files of the application from which `from x import y` may import, relative imports included."""
        module = dotted_name(statement.module) if statement.module is not None else None
        return list(self.files_named(module)) if module else list(self.modules)

    def files_named(self, dotted: str) -> Iterator[str]:
        """Files that the dotted name may mean, from whichever folder is the import root."""
        if not dotted:
            return
        wanted = tuple(dotted.split("."))
        for parts, path in self._by_name[wanted[-1]]:
            if parts[-len(wanted) :] == wanted:
                yield path

    def _those(self, within: Container[str] | None) -> list[Module]:
        return [module for path, module in self.modules.items() if within is None or path in within]

    def _is_own(self, dotted: str) -> bool:
        parts = dotted.split(".")
        return any(True for end in range(1, len(parts) + 1) for _ in self.files_named(".".join(parts[:end])))


def _parse(path: str, text: str) -> Facts | str:
    if _too_deep(text.removeprefix(BOM)):
        return TOO_DEEP
    try:
        with parsing(path):
            return Facts(path, cst.parse_module(text.removeprefix(BOM)))
    except cst.ParserSyntaxError as error:
        return f"syntax error, line {error.raw_line}"
    except RecursionError:
        return TOO_DEEP


def _too_deep(text: str) -> bool:
    """LibCST's parser ends the process on code that is nested thousands of levels deep."""
    try:
        return nested_too_deeply(ast.parse(text))
    except RecursionError:
        return True
    except (SyntaxError, ValueError):
        return False  # LibCST says where it is


def _imports(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text.removeprefix(BOM))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (f"{module}.{name}".strip(".") for name in ("", *(alias.name for alias in node.names)))
