"""What a rule wants for one module."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.settled import Settled


@dataclass
class RuleResult:
    """Changes by node, imports that they need as (module, name), and what that means for the sites."""

    changes: dict[cst.CSTNode, Change] = field(default_factory=dict, repr=False)
    imports: set[tuple[str, str]] = field(default_factory=set)
    settled: list[Settled] = field(default_factory=list)
    marked: set[cst.CSTNode] = field(default_factory=set, repr=False)
    """Statements that get a marker."""

    def add(self, other: RuleResult) -> None:
        self.changes.update(other.changes)
        self.imports |= other.imports
        self.settled.extend(other.settled)
        self.marked |= other.marked
