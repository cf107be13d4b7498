"""The modules of an application while rules change them one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import BOM, Project


class Tree:
    """`original` stays as it was; `project` is what the rules have made of it."""

    def __init__(self, texts: Mapping[str, str], known: Project | None = None) -> None:
        self._texts = dict(texts)
        self.original = self.project = Project(texts, known)
        self.changed: set[str] = set()

    def update(self, modules: Mapping[str, cst.Module]) -> bool:
        """Replaces modules; True when one of them is really different. Nodes of older modules are of no use then."""
        different = {}
        for path, module in modules.items():
            bom = BOM if self._texts[path].startswith(BOM) else ""
            if bom + module.code != self._texts[path]:
                different[path] = bom + module.code
        if not different:
            return False
        self._texts |= different
        self.project = Project(self._texts, self.project)
        self.changed |= set(different)
        return True

    def before_and_after(self) -> list[tuple[Facts, Facts]]:
        """The modules that have changed, as they were and as they are."""
        pairs = [(self.original.facts(path), self.project.facts(path)) for path in sorted(self.changed)]
        return [(before, after) for before, after in pairs if before is not None and after is not None]

    def texts(self) -> dict[str, str]:
        """The text of every module that is different from what it was at first."""
        return {
            path: self._texts[path]
            for path in sorted(self.changed)
            if self._texts[path] != self.original.modules[path].text
        }
