"""A migration as patches in deployable order, each of which leaves an application that works.

First the new service with every route as it is, then a route at a time made native, then the clients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from migrator.diffs import git_diff
from migrator.inventory.by_route import RoutePlan
from migrator.inventory.outcome import Outcome
from migrator.phases import phase
from migrator.rewrite import Plan
from migrator.rewrite.result import MigrationResult, result_of
from migrator.rewrite.rules import client_rules
from migrator.rewrite.scope import Scope
from migrator.transaction.in_place import changes_in_place
from migrator.transaction.plan_file import plan_file_of
from templates.text import visible

Tree = dict[str, str]
"""Path -> text of each file that is not as the application has it."""


@dataclass(frozen=True)
class Patch:
    name: str
    """Of its file; patches sort in the order in which they are applied."""
    text: str
    """A mail with a diff, for `git am` and `git apply`."""


def patches(whole: Plan, scope: Scope, plan_within: Callable[[Scope], Plan]) -> Iterator[Patch]:
    """`whole`: what they amount to, planned within `scope`; `plan_within`: the plan within a narrower one.

    Applied in their order to the application, they end in what `ws2sse migrate --in-place` writes.
    """
    result = result_of(whole)
    without = scope.without | client_rules()
    native = [route for route in result.routes if route.level == "native"]
    with phase("the service"):
        steps = [("serve every route as it is", _all_routes(result), plan_within(Scope(frozenset(), without)))]
    for number, route in enumerate(native, start=1):
        with phase(f"route {route.key}"):
            keys = frozenset(done.key for done in native[:number])
            steps.append((f"{route.key}: native", _one_route(route, result), plan_within(Scope(keys, without))))
    steps.append(("clients", _clients(result), whole))
    kept: list[tuple[str, str, Tree]] = []
    for title, message, plan in steps:
        tree = _tree(plan)
        if tree != (kept[-1][2] if kept else {}):
            kept.append((title, message, tree))
    earlier: Tree = {}
    for number, (title, message, tree) in enumerate(kept, start=1):
        diff = _difference(whole.application, earlier, tree)
        name = f"{number:04}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}.patch"
        yield Patch(name, _mail(f"[PATCH {number}/{len(kept)}] {title}", message, diff))
        earlier = tree


def _tree(plan: Plan) -> Tree:
    changes = changes_in_place(plan_file_of(plan), plan.application)
    return {file.path: file.content for file in changes if file.content is not None}


def _difference(application: Path, earlier: Tree, later: Tree) -> str:
    parts: list[str] = []
    for path in sorted(earlier.keys() | later.keys()):
        there = application / path
        own = there.read_bytes().decode("utf-8") if there.is_file() else None
        before, after = earlier.get(path, own), later.get(path, own)
        if before != after:
            parts.append(git_diff(path, before, after))
    return "".join(parts)


def _mail(subject: str, message: str, diff: str) -> str:
    """https://git-scm.com/docs/git-am: what stands before `---` becomes the message of the commit."""
    head = (
        "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
        "From: ws2sse <ws2sse@localhost>\n"
        f"Subject: {visible(subject)}\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    body = "".join(f"{visible(line)}\n" for line in message.splitlines())
    return f"{head}{body}---\n{diff}-- \nws2sse {version('ws2sse')}\n"


def _all_routes(result: MigrationResult) -> str:
    routes = "\n".join(f"{route.key}: {route.sentence}" for route in result.routes)
    return f"The account of the whole migration: {result.balance}\n\nWhere each route will be:\n\n{routes}"


def _one_route(route: RoutePlan, result: MigrationResult) -> str:
    own = [outcome for outcome in result.outcomes if route.key in outcome.site.routes]
    return f"{route.key}: {route.sentence}\n{route.counted}; {route.reason}\n\n{_listed(own)}"


def _clients(result: MigrationResult) -> str:
    own = [outcome for outcome in result.outcomes if outcome.site.kind in {"client", "reconnect", "heartbeat"}]
    return _listed(own) or "No client is known."


def _listed(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(
        f"{o.site.location} {o.site.summary}: {o.status.replace('_', ' ')}" + (f"; {o.reason}" if o.reason else "")
        for o in outcomes
    )
