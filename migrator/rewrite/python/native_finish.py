"""What is not needed any more when routes have endpoints of their own, and the names that become free by that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import libcst as cst

from migrator.inventory.model import Handler
from migrator.rewrite.python.called import top_function
from migrator.rewrite.python.edits import Changes, apply_changes, remove
from migrator.rewrite.python.event_helpers import Twin
from migrator.rewrite.python.native_endpoint import Endpoint
from migrator.rewrite.python.parsing import Tree
from migrator.rewrite.python.project import Project


def remove_served(tree: Tree, handlers: Iterable[Handler], endpoints: list[Endpoint]) -> list[Endpoint]:
    """Handlers all of whose routes have endpoints go, unless somebody else calls them.

    A single endpoint that served them all gets the name of the handler. Returns the endpoints as they are then.
    """
    for handler in handlers:
        of_handler = [e for e in endpoints if e.handler == handler.id]
        functions = {endpoint.function for endpoint in of_handler}
        served = {endpoint.key for endpoint in of_handler}
        routes_alone = all(trigger.kind == "route" for trigger in handler.triggers)
        if handler.function in functions or not routes_alone or served != set(handler.route_keys) or not served:
            continue
        if not _remove(tree, handler.path, handler.function) or len(functions) != 1:
            continue
        if _rename(tree, handler.path, functions.pop(), handler.function):
            endpoints = [replace(e, function=handler.function) if e in of_handler else e for e in endpoints]
    return endpoints


def name_twins(tree: Tree, twins: Mapping[str, Twin]) -> bool:
    """Twins get the name of the first one where that is gone, or goes now since nobody calls it. True for a change."""
    changed = False
    for twin in twins.values():
        facts = tree.project.facts(twin.path)
        gone = facts is not None and top_function(facts, twin.original) is None
        if gone or _remove(tree, twin.path, twin.original):
            changed = _rename(tree, twin.path, twin.name, twin.original) or changed
    return changed


def _remove(tree: Tree, path: str, name: str) -> bool:
    facts = tree.project.facts(path)
    function = top_function(facts, name) if facts is not None else None
    if facts is None or function is None or _is_used(tree.project, path, name):
        return False
    return tree.update({path: apply_changes(facts.module, {function: remove()})})


def _is_used(project: Project, path: str, name: str) -> bool:
    users = project.users(path)
    return bool(project.mentions(name, users) or project.literals(name, users))


def _rename(tree: Tree, path: str, old: str, new: str) -> bool:
    """False where the new name means something else in one of the modules."""
    users = tree.project.users(path)
    if _is_used(tree.project, path, new) or any(
        facts.path in users and top_function(facts, new) is not None for facts in tree.project.with_words(new)
    ):
        return False
    modules = {}
    for facts in tree.project.with_words(old, within=users):
        changes: Changes = {node: lambda _node: cst.Name(new) for node in facts.all(cst.Name) if node.value == old}
        modules[facts.path] = apply_changes(facts.module, changes)
    return tree.update(modules)
