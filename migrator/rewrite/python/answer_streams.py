"""Routes whose every message goes to their own caller, piece by piece, can stream their answer.

So do the tokens of a language model: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import libcst as cst

from migrator.inventory.model import Inventory, Push, Recipient
from migrator.inventory.record import Location
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.native_endpoint import Endpoint
from migrator.rewrite.python.project import Project

_BESIDE: Final = frozenset(
    {"threading", "_thread", "multiprocessing", "ThreadPoolExecutor", "ProcessPoolExecutor", "run_in_executor"}
    | {"InvocationType"}
)
"""Words of code that does work beside the thread of the handler, which the request does not know of."""

_MOST_CALLERS: Final = 20


def with_answer_streams(project: Project, inventory: Inventory, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """`project`: the application as it was, where the inventory's places are."""
    return [replace(e, streams=True) if _streams(project, inventory, e) else e for e in endpoints]


def _streams(project: Project, inventory: Inventory, endpoint: Endpoint) -> bool:
    """An endpoint without an address of its own can't; nor can one that may send from another thread."""
    if endpoint.key.startswith("$"):
        return False
    reaching = [p for p in inventory.pushes if p.operation == "post_to_connection" and endpoint.handler in p.handlers]
    pushes = [push for push in reaching if endpoint.key in push.routes]
    if not pushes or any(_recipient(inventory, push, endpoint.key) != "self" for push in pushes):
        return False
    modules = project.reached_from({inventory.handler(endpoint.handler).path, endpoint.path})
    if any(_BESIDE & project.modules[path].words for path in modules):
        return False
    return len(pushes) > 1 or _in_loop(project, pushes[0].location)


def _recipient(inventory: Inventory, push: Push, key: str) -> Recipient:
    """For the route alone, unless several functions serve routes of this key."""
    serving = [handler for handler in push.handlers if key in inventory.handler(handler).route_keys]
    alone = next((found.recipient for found in push.by_route if found.route == key), push.recipient)
    return alone if len(serving) == 1 else push.recipient


def _in_loop(project: Project, location: Location) -> bool:
    """Whether the push, or a call that leads to it by the names of functions, stands in a loop."""
    facts = project.facts(location.path)
    push = _call_at(facts, location) if facts is not None else None
    if facts is None or push is None:
        return False
    waiting: list[tuple[Facts, cst.CSTNode]] = [(facts, push)]
    seen: set[str] = set()
    while waiting:
        facts, node = waiting.pop()
        if _loops(facts, node):
            return True
        function = facts.enclosing(node, cst.FunctionDef)
        if function is not None and function.name.value not in seen and len(seen) < _MOST_CALLERS:
            seen.add(function.name.value)
            waiting += project.calls(function.name.value)
    return False


def _loops(facts: Facts, node: cst.CSTNode) -> bool:
    """Whether a loop of the same function repeats the node; what a loop goes through is looked at once."""
    below = node
    for above in facts.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(above, cst.While) or (isinstance(above, cst.For) and below is above.body):
            return True
        if isinstance(above, cst.BaseComp) and below is not above.for_in:
            return True
        below = above
    return False


def _call_at(facts: Facts, location: Location) -> cst.Call | None:
    for call in facts.all(cst.Call):
        start = facts.range(call).start
        if (start.line, start.column) == (location.line, location.column - 1):
            return call
    return None
