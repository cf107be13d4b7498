"""Text to tree and back, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project

BOM = "\ufeff"


def parse(path: str, text: str) -> Facts | str:
    """The module, or a sentence that says why there is none."""
    try:
        return Facts(path, cst.parse_module(text.removeprefix(BOM)))
    except cst.ParserSyntaxError as error:
        return f"syntax error, line {error.raw_line}"
    except RecursionError:
        return "nested too deeply to be read"


def project_of(texts: Mapping[str, str]) -> tuple[Project, dict[str, str]]:
    """All modules that parse, and the failures by path."""
    modules: dict[str, Facts] = {}
    failures: dict[str, str] = {}
    for path in sorted(texts):
        parsed = parse(path, texts[path])
        if isinstance(parsed, Facts):
            modules[path] = parsed
        else:
            failures[path] = parsed
    return Project(modules), failures


class Tree:
    """The modules of a project while rules change them one after the other."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._boms = {path for path, text in texts.items() if text.startswith(BOM)}
        self.original, self.failures = project_of(texts)
        self.project = self.original
        self.changed: set[str] = set()

    def update(self, modules: Mapping[str, cst.Module]) -> bool:
        """Replaces modules; True when one of them is really different. Nodes of older modules are of no use then."""
        different = {p: m for p, m in modules.items() if m.code != self.project.modules[p].module.code}
        if not different:
            return False
        facts = {path: Facts(path, cst.parse_module(module.code)) for path, module in different.items()}
        self.project = Project(self.project.modules | facts)
        self.changed |= set(different)
        return True

    def texts(self) -> dict[str, str]:
        """The text of every module that is different from what it was at first."""
        return {
            path: (BOM if path in self._boms else "") + self.project.modules[path].module.code
            for path in sorted(self.changed)
            if self.project.modules[path].module.code != self.original.modules[path].module.code
        }
