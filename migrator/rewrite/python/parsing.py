"""The modules of an application while rules change them one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import libcst as cst

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import BOM, Project


class Tree:
    """`original` stays as it was; `project` is what the rules have made of it, `current` its text by path."""

    def __init__(self, texts: Mapping[str, str], known: Project | None = None) -> None:
        self.current = dict(texts)
        self.original = self.project = Project(texts, known)
        self.changed: set[str] = set()

    def update(self, modules: Mapping[str, cst.Module]) -> bool:
        """Replaces modules; True when one of them is really different. Nodes of older modules are of no use then."""
        different = {}
        for path, module in modules.items():
            bom = BOM if self.current[path].startswith(BOM) else ""
            if bom + module.code != self.current[path]:
                different[path] = bom + module.code
        if not different:
            return False
        self.current |= different
        self.project = Project(self.current, self.project)
        self.changed |= set(different)
        return True

    def draft(self) -> Tree:
        """A tree to try something in; nothing happens here until it is adopted."""
        made = copy(self)
        made.current, made.changed = dict(self.current), set(self.changed)
        return made

    def adopt(self, draft: Tree) -> None:
        self.current, self.project, self.changed = draft.current, draft.project, draft.changed

    def before_and_after(self) -> list[tuple[Facts, Facts]]:
        """The modules that have changed, as they were and as they are."""
        pairs = [(self.original.facts(path), self.project.facts(path)) for path in sorted(self.changed)]
        return [(before, after) for before, after in pairs if before is not None and after is not None]

    def texts(self) -> dict[str, str]:
        """The text of every module that is different from what it was at first."""
        return {
            path: self.current[path]
            for path in sorted(self.changed)
            if self.current[path] != self.original.modules[path].text
        }
