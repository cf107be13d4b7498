"""The order of the rules: first the seam, then what the seam left without use, then native endpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import libcst as cst

from migrator.inventory.model import Api, Inventory
from migrator.inventory.outcome import Site
from migrator.inventory.record import Location
from migrator.markers import has_marker
from migrator.rewrite.edit import RouteLevel
from migrator.rewrite.outside import inside, outside_pushers
from migrator.rewrite.python import (
    called_at_import,
    connection_table,
    group_broadcast,
    management_client,
    self_invocation,
    signed_request,
    stream_send,
    websocket_api,
)
from migrator.rewrite.python.answer_streams import with_answer_streams
from migrator.rewrite.python.connection_table import TableResult
from migrator.rewrite.python.constructions import constructions, users_of_clients
from migrator.rewrite.python.edits import apply_changes, both, comment
from migrator.rewrite.python.endpoint_setter import without_setters
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.imports import add_imports, remove_unused_imports
from migrator.rewrite.python.native import make_native
from migrator.rewrite.python.native_authorizer import AuthorizerLevel, make_authorizer_native
from migrator.rewrite.python.native_endpoint import Endpoint
from migrator.rewrite.python.native_finish import name_twins, remove_served
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.parsing import Tree
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import Settled
from migrator.rewrite.python.table_operations import CONNECTION_ID
from migrator.rewrite.python.unused import left_unused
from migrator.rewrite.scope import EVERYTHING, Scope

DROP_IN = "sse_service.management"
DROPS_IN = frozenset({management_client.RULE, signed_request.RULE, websocket_api.RULE})
"""Rules that leave code which looks as before, and put something else behind it."""

Mark = Callable[[list[Settled]], Iterable[tuple[Site, str]]]
"""Given what rules have settled: the sites that get a comment, each with its reason."""


@dataclass
class PythonResult:
    """`texts`: every file that is different now, by path. `failures`: files that can't be parsed, with the error."""

    texts: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    settled: list[Settled] = field(default_factory=list)
    tables: list[TableResult] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    levels: list[RouteLevel] = field(default_factory=list)
    authorizer: AuthorizerLevel | None = None
    """None without an authorizer in Python."""
    drop_in: bool = False
    """Whether some code still wants the client for @connections."""
    background: bool = False
    """Whether some code hands work to `sse_service.background`."""
    stand_ins: frozenset[str] = frozenset()
    """Names of `sse_service.signed` that some code wants."""
    project: Project | None = field(default=None, repr=False)
    """The modules as they are now."""


def rewrite_python(
    texts: Mapping[str, str],
    inventory: Inventory,
    api: Api,
    mark: Mark = lambda _settled: (),
    known: Project | None = None,
    scope: Scope = EVERYTHING,
) -> PythonResult:
    """Runs every rule over the application's own modules, given as text by path.

    `known`: the project of an earlier run, whose trees are taken over where the text is the same.
    """
    tree = Tree(texts, known)
    result = PythonResult()
    clientless = _seam(tree, inventory, result, mark, scope)
    if not scope.why_not(group_broadcast.RULE):
        _broadcast_to_groups(tree, result)
    handlers = [(handler.path, handler.function) for handler in inventory.handlers]
    _clean(tree, clientless, handlers)
    natives = make_native(tree, inventory, api, scope)
    result.authorizer = make_authorizer_native(tree, inventory, api, natives.twins, scope)
    result.levels = natives.levels
    result.endpoints = remove_served(tree, inventory.handlers, natives.endpoints)
    called = [*handlers, *((endpoint.path, endpoint.function) for endpoint in result.endpoints)]
    _clean(tree, [], called)
    if name_twins(tree, natives.twins):
        _clean(tree, [], called)
    result.endpoints = with_answer_streams(tree.original, inventory, result.endpoints)
    result.texts = tree.texts()
    result.project = tree.project
    for path in {handler.path for handler in inventory.handlers} | {site.path for site in _code_sites(inventory)}:
        module = tree.original.modules.get(path)
        if module is not None and module.failure is not None:
            result.failures[path] = module.failure
    return result


def _code_sites(inventory: Inventory) -> list[Location]:
    uses = [use.location for store in inventory.stores for use in store.uses]
    return [
        *(client.location for client in inventory.management_clients),
        *(p.location for p in inventory.pushes),
        *uses,
    ]


def _seam(tree: Tree, inventory: Inventory, result: PythonResult, mark: Mark, scope: Scope) -> list[tuple[str, str]]:
    """Returns (file, function) of each client that is not built any more."""
    project = tree.original
    by_path: defaultdict[str, RuleResult] = defaultdict(RuleResult)
    for store in inventory.stores:
        if store.holds_connections:
            left_out = scope.why_not(connection_table.RULE)
            table = (
                TableResult(store, reason=left_out) if left_out else connection_table.rewrite(project, inventory, store)
            )
            result.tables.append(table)
            for path, found in table.by_path.items():
                by_path[path].add(found)
    clientless: list[tuple[str, str]] = []
    users = users_of_clients(project)
    outside = {handler.id: project.reached_from({handler.path}) for handler in outside_pushers(inventory)}
    for facts in users:
        elsewhere = next((handler_id for handler_id, paths in outside.items() if facts.path in paths), None)
        sent, reasons = stream_send.rewrite(project, facts, elsewhere)
        if left_out := scope.why_not(stream_send.RULE):
            sent, reasons = RuleResult(), dict.fromkeys(constructions(project, facts), f"drop-in client: {left_out}")
        done = {call for call in constructions(project, facts) if call not in reasons}
        clientless += [(facts.path, facts.qualified_name(call)) for call in done]
        by_path[facts.path].add(sent)
        by_path[facts.path].add(management_client.rewrite_rest(project, facts, done, reasons))
        by_path[facts.path].add(management_client.mark_rest(project, facts))
    seams = (
        websocket_api.rewrite(project),
        signed_request.rewrite(project),
        called_at_import.rewrite(project, inside(inventory)),
        {} if scope.why_not(self_invocation.RULE) else self_invocation.rewrite(project, inventory),
    )
    for path, found in (pair for results in seams for pair in results.items()):
        by_path[path].add(found)
    imported = {pair for found in by_path.values() for pair in found.imports}
    result.stand_ins = frozenset(name for module, name in imported if module == signed_request.MODULE)
    result.background = self_invocation.BACKGROUND in imported
    result.drop_in = bool(result.stand_ins) or any(module == DROP_IN for module, _name in imported)
    for facts in users:
        taken = by_path[facts.path].changes
        by_path[facts.path].settled += management_client.rewrite_pushes(facts, taken, drop_in=result.drop_in)
    for found in by_path.values():
        result.settled += found.settled
    _add_markers(project, by_path, mark(result.settled))
    modules = {}
    for path, found in by_path.items():
        parsed = project.facts(path)
        if parsed is not None and found.changes:
            modules[path] = add_imports(apply_changes(parsed.module, found.changes), found.imports)
    tree.update(modules)
    return clientless


def _broadcast_to_groups(tree: Tree, result: PythonResult) -> None:
    """On what the seam made of tables and pushes."""
    keys = frozenset({CONNECTION_ID, *(key for table in result.tables if table.by_path for key in table.store.keys)})
    modules = {}
    for before, after in tree.before_and_after():
        loops = group_broadcast.rewrite(after, keys)
        if loops:
            changes = {node: change for made in loops.values() for node, change in made.items()}
            modules[after.path] = apply_changes(after.module, changes)
            functions = [after.qualified_name(loop) for loop in loops]
            result.settled = [group_broadcast.named(settled, before, functions) for settled in result.settled]
    tree.update(modules)


def _add_markers(project: Project, by_path: defaultdict[str, RuleResult], wanted: Iterable[tuple[Site, str]]) -> None:
    for site, reason in wanted:
        facts = project.facts(site.location.path)
        line = _line_at(facts, site.location.line) if facts is not None else None
        if facts is None or line is None or line in by_path[facts.path].marked:
            continue
        if has_marker(facts.comments_above(line), management_client.RULE):
            continue
        by_path[facts.path].marked.add(line)
        changes = by_path[facts.path].changes
        added = comment(management_client.RULE, reason)
        changes[line] = both(changes[line], added) if line in changes else added


def _line_at(facts: Facts, number: int) -> cst.CSTNode | None:
    """The last statement that begins on or before the line and reaches it, as the place of a comment."""
    holding = [
        node
        for node in facts.nodes
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)
        and facts.range(node).start.line <= number <= facts.range(node).end.line
    ]
    return holding[-1] if holding else None


def _clean(tree: Tree, clientless: list[tuple[str, str]], called: Iterable[tuple[str, str]]) -> None:
    """Removes what is not needed any more, until there is nothing left to remove.

    `called`: (path, function) of what the service calls, whoever else does.
    """
    kept: defaultdict[str, set[str]] = defaultdict(set)
    for path, name in called:
        kept[path].add(name)
    setters = without_setters(tree.project, clientless)
    tree.update({path: apply_changes(facts.module, changes) for path, (facts, changes) in setters.items()})
    while tree.update(
        {
            after.path: apply_changes(after.module, left_unused(before, after, tree.project, kept[after.path]))
            for before, after in tree.before_and_after()
        }
    ):
        pass
    tree.update(
        {after.path: remove_unused_imports(before, after, tree.project) for before, after in tree.before_and_after()}
    )
