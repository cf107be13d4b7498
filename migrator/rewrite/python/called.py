"""Which function of the application a call runs."""

from __future__ import annotations

from pathlib import PurePosixPath

import libcst as cst
from libcst.metadata import GlobalScope

from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project


def called(project: Project, facts: Facts, func: cst.BaseExpression) -> tuple[Facts, cst.FunctionDef] | None:
    """The one function at the top of a module that the name or attribute stands for; None when that isn't certain."""
    imported = facts.imported(func)
    if not imported:
        binding = facts.binding(func) if isinstance(func, cst.Name) else None
        if binding is None or not isinstance(binding.owner, GlobalScope) or len(facts.stores(binding)) != 1:
            return None
        own = top_function(facts, binding.name)
        return None if own is None else (facts, own)
    found: dict[str, tuple[Facts, cst.FunctionDef]] = {}
    for dotted in imported:
        module, _dot, name = dotted.lstrip(".").rpartition(".")
        for path in project.files_named(module):
            home = project.facts(path)
            function = top_function(home, name) if home is not None else None
            if home is not None and function is not None:
                found[path] = (home, function)
    nearest = sorted(found, key=lambda path: -_common(path, facts.path))
    if len(nearest) > 1 and _common(nearest[0], facts.path) == _common(nearest[1], facts.path):
        return None
    return found[nearest[0]] if nearest else None


def top_function(facts: Facts, name: str) -> cst.FunctionDef | None:
    """The function that the module defines by this name, once and not under a condition."""
    binding_stores = [d for d in facts.all(cst.FunctionDef) if facts.qualified_name(d) == name]
    if len(binding_stores) != 1 or not isinstance(facts.parent(binding_stores[0]), cst.Module):
        return None
    binding = facts.binding(binding_stores[0].name)
    return binding_stores[0] if binding is not None and len(facts.stores(binding)) == 1 else None


def _common(left: str, right: str) -> int:
    """How many folders both paths begin with: a module is imported from the nearest code root."""
    count = 0
    for one, other in zip(PurePosixPath(left).parent.parts, PurePosixPath(right).parent.parts, strict=False):
        if one != other:
            break
        count += 1
    return count
