"""Modules of the application in JavaScript and TypeScript: what each imports, exports and names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.files import Files
from migrator.scan.node.bindings import Bindings
from migrator.scan.node.tree import Node, tree_of
from migrator.scan.paths import join_folder
from migrator.scan.scripts import scripts

SUFFIXES: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
_LAYER: Final = "/opt/nodejs/"
"""Where Lambda puts the code of layers. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-layers.html"""
_MOST_MODULES: Final = 2_000


@dataclass(eq=False)
class Module:
    path: str
    tree: Node
    bindings: Bindings
    exports: dict[str, Node] = field(default_factory=dict)
    """Exported name -> expression or declaration."""
    passed_on: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Exported name -> (specifier, name there), for `export { a } from './b'`."""
    stars: list[str] = field(default_factory=list)
    """Specifiers of `export * from`."""


class Modules:
    """Reads modules when they are asked for, each once."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.known: dict[str, Module | None] = {}
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for path in files.with_suffix(*SUFFIXES):
            pure = PurePosixPath(path).with_suffix("")
            for tail in (pure, pure.parent) if pure.name == "index" else (pure,):
                self._by_tail[tail.name].append(path)

    @property
    def loaded(self) -> list[Module]:
        return [module for module in self.known.values() if module is not None]

    def load(self, path: str) -> Module | None:
        if path not in self.known and len(self.known) < _MOST_MODULES:
            self.known[path] = None
            read = list(scripts(self.files, path))
            if read:
                tree = tree_of(read[0])
                self.known[path] = module = Module(path, tree, Bindings(tree))
                _read_exports(module)
        return self.known.get(path)

    def load_with_imports(self, paths: Iterable[str]) -> None:
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path in self.known:
                continue
            module = self.load(path)
            if module is not None:
                specifiers = {*module.bindings.specifiers(), *module.stars, *(s for s, _ in module.passed_on.values())}
                waiting.extend(found for name in sorted(specifiers) if (found := self.resolve(path, name)))

    def resolve(self, path: str, specifier: str) -> str | None:
        """The file that an import means; None for other packages, and where several files fit."""
        if specifier.startswith("."):
            return self._file(join_folder(PurePosixPath(path).parent.as_posix(), specifier))
        if specifier.startswith(_LAYER):
            return self._tail(specifier.removeprefix(_LAYER))
        if specifier.startswith(("@/", "~/", "#")) or ("/" in specifier and not specifier.startswith("@")):
            return self._tail(specifier.lstrip("@~#/"))
        return self._tail(specifier.lstrip("@")) if specifier.startswith("@") and specifier.count("/") >= 1 else None

    def _file(self, base: str) -> str | None:
        stem = PurePosixPath(base).with_suffix("").as_posix() if base.endswith((".js", ".mjs", ".cjs")) else base
        names = [base, *(f"{stem}{suffix}" for suffix in SUFFIXES), *(f"{base}/index{suffix}" for suffix in SUFFIXES)]
        return next((name for name in names if name in self.files and name.endswith(SUFFIXES)), None)

    def _tail(self, tail: str) -> str | None:
        """The only file whose path ends so: aliases of paths and packages of a workspace."""
        plain = PurePosixPath(tail)
        wanted = plain.with_suffix("") if plain.suffix in SUFFIXES else plain
        ends = (f"/{wanted}", f"/{wanted}/index")
        fitting = [
            path
            for path in self._by_tail[wanted.name]
            if f"/{PurePosixPath(path).with_suffix('')}".endswith(ends) and "test" not in path
        ]
        return fitting[0] if len(fitting) == 1 else None


def _read_exports(module: Module) -> None:
    for statement in module.tree.within("export_statement"):
        _export(module, statement)
    for assigned in module.tree.within("assignment_expression"):
        target, value = assigned.field("left"), assigned.field("right")
        if target is None or value is None or target.kind != "member_expression":
            continue
        name = target.text.removeprefix("module.")
        if name == "exports" and value.kind == "object":
            _export_object(module, value)
        elif name == "exports":
            module.exports.setdefault("default", value)
        elif name.startswith("exports.") and name.count(".") == 1:
            module.exports[name.removeprefix("exports.")] = value


def _export(module: Module, statement: Node) -> None:
    source = statement.field("source")
    declared = statement.field("declaration")
    clause = next((child for child in statement.children if child.kind == "export_clause"), None)
    if clause is not None:
        for item in clause.children:
            name, alias = item.field("name"), item.field("alias")
            if name is None:
                continue
            shown = (alias or name).text
            if source is not None:
                module.passed_on[shown] = (source.literal() or "", name.text)
            else:
                module.exports[shown] = name
    elif source is not None:
        module.stars.append(source.literal() or "")
    elif declared is not None and declared.kind in {"lexical_declaration", "variable_declaration"}:
        for declarator in declared.children:
            name = declarator.field("name")
            if name is not None and name.kind == "identifier":
                module.exports[name.text] = name
    elif declared is not None:
        name = declared.field("name")
        module.exports["default" if _is_default(statement) or name is None else name.text] = declared
    else:
        value = statement.field("value") or next(iter(statement.children), None)
        if value is not None:
            module.exports["default"] = value


def _is_default(statement: Node) -> bool:
    return statement.text.startswith("export default")


def _export_object(module: Module, value: Node) -> None:
    module.exports["default"] = value
    for child in value.children:
        if child.kind == "pair":
            key, inner = child.field("key"), child.field("value")
            if key is not None and inner is not None:
                module.exports[key.text.strip("\"'")] = inner
        elif child.kind == "shorthand_property_identifier":
            module.exports[child.text] = child
        elif child.kind == "method_definition":
            name = child.field("name")
            if name is not None:
                module.exports[name.text] = child
