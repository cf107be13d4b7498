"""A table that only lists connections -> what `streams` keeps beside each connection.

put_item -> annotate, delete_item -> forget, get_item -> lookup, query and scan -> find, update_item -> annotate.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html

All uses of a table go, or none. So a table stays as soon as one use is not understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from migrator.inventory.model import Inventory, Store
from migrator.inventory.outside import runs_outside
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.outcome import RuleResult
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import settle
from migrator.rewrite.python.syntax import method_call
from migrator.rewrite.python.table_objects import NotUnderstood, find_objects
from migrator.rewrite.python.table_operations import Operation, operation
from migrator.rewrite.rule import Example, RulePage

RULE = "connection_table"
PAGE = RulePage(
    name=RULE,
    summary=__doc__,
    safety="safe",
    example=Example(
        before="""\
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def join(connection_id, room):
    table.put_item(Item={"connectionId": connection_id, "room": room})


def leave(connection_id):
    table.delete_item(Key={"connectionId": connection_id})
""",
        after="""\
from sse_service.live import streams


def join(connection_id, room):
    streams.annotate(connection_id, connectionId=connection_id, room=room)


def leave(connection_id):
    streams.forget(connection_id)
""",
    ),
    leaves_alone=(
        "a table that holds more than connections, or whose key is not the connection id",
        "a table of which one use is not understood: then all of them stay",
        "conditions, projections, pages, and answers of DynamoDB that the code reads",
        "a table that functions outside of the service use",
    ),
)


@dataclass
class TableResult:
    """`by_path`: what to change, by file; empty when the table stays, and `reason` says why."""

    store: Store
    by_path: dict[str, RuleResult] = field(default_factory=dict)
    reason: str = ""


def rewrite(project: Project, inventory: Inventory, store: Store) -> TableResult:
    """All of one table, or the reason why not."""
    try:
        return TableResult(store, _all_uses(project, inventory, store))
    except NotUnderstood as why:
        return TableResult(store, reason=str(why))


def _all_uses(project: Project, inventory: Inventory, store: Store) -> dict[str, RuleResult]:
    key = _key(store)
    # First what needs no trees: in a large application most tables are used from elsewhere too.
    _check_who_runs(project, inventory, {use.location.path for use in store.uses})
    found = find_objects(project, store)
    if not found.objects:
        raise NotUnderstood("no use of the table was found in the Python code")
    _check_who_runs(project, inventory, {facts.path for facts, _node in found.objects})
    dropped = _nobody_reads(project, store)
    operations: list[tuple[Facts, cst.Call, str, Operation]] = []
    for facts, node in found.objects:
        above = facts.parent(node)
        called = method_call(facts.parent(above)) if isinstance(above, cst.Attribute) and above.value is node else None
        if called is None or called[0] is not node:
            raise NotUnderstood(f"{facts.path}:{facts.line(node)} passes the table on")
        _receiver, name, found_call = called
        operations.append((facts, found_call, name, operation(facts, found_call, name, key, dropped)))
    _check_all_seen(store, operations)
    _check_replacements(inventory, operations)
    results: dict[str, RuleResult] = {}
    for path, changes in found.changes.items():
        results.setdefault(path, RuleResult()).changes.update(changes)
    for facts, call, method, made in operations:
        result = results.setdefault(facts.path, RuleResult())
        result.changes.update(made.changes)
        result.imports |= made.imports
        result.settled.append(settle(facts, call, "store_use", "rewritten", RULE, made.safety, _says(method, made)))
    return results


def _key(store: Store) -> str:
    if store.other_uses:
        raise NotUnderstood(f"it is more than a list of connections: {'; '.join(store.other_uses)}")
    if len(store.keys) != 1:
        raise NotUnderstood(f"its key is {' and '.join(store.keys) or 'not known'}, not the connection id alone")
    key = store.keys[0]
    if key.replace("_", "").lower() not in {"connectionid", "connection", "connid", "id"}:
        raise NotUnderstood(f"its key is {key}, not the connection id")
    return key


def _check_who_runs(project: Project, inventory: Inventory, paths: set[str]) -> None:
    """What lives in the memory of the service can't be seen by functions that go on running elsewhere."""
    for handler in inventory.handlers:
        kinds = {trigger.kind for trigger in handler.triggers}
        outside = kinds - {"route", "authorizer"}
        if (outside or not handler.triggers) and handler.language != "python":
            raise NotUnderstood(f"{handler.path} is not Python and may use it")
        if handler.language == "python" and runs_outside(handler) and paths & project.reached_from({handler.path}):
            by = ", ".join(sorted(outside)) or "nothing says what runs it"
            raise NotUnderstood(f"{handler.id} ({by}) runs elsewhere and may use it")
        if handler.language != "python" and "route" in kinds:
            raise NotUnderstood(f"{handler.path} is not Python and may use it")


def _nobody_reads(project: Project, store: Store) -> frozenset[str]:
    """The attribute by which DynamoDB drops old rows, when the code only writes it."""
    ttl = store.ttl_attribute
    if ttl is None or ttl in store.keys:
        return frozenset()
    writes = [node for facts, node in project.literals(ttl) if isinstance(facts.parent(node), cst.DictElement)]
    return frozenset({ttl}) if len(writes) == len(project.literals(ttl)) else frozenset()


def _check_all_seen(store: Store, operations: list[tuple[Facts, cst.Call, str, Operation]]) -> None:
    records = [settle(facts, call, "store_use", "rewritten", RULE, None) for facts, call, _method, _made in operations]
    for use in store.uses:
        if not any(record.covers(use.location) for record in records):
            raise NotUnderstood(f"{use.location} uses it in a way that is not understood ({use.operation})")


def _check_replacements(inventory: Inventory, operations: list[tuple[Facts, cst.Call, str, Operation]]) -> None:
    """put_item replaces a row and annotate adds to it: the same only where a row is new, or nothing is left out."""
    puts = [(facts, call, made.written) for facts, call, _method, made in operations if made.written is not None]
    everything = frozenset[str]().union(*(written for _facts, _call, written in puts))
    begins = {(h.path, h.function) for h in inventory.handlers if h.route_keys == ("$connect",)}
    for facts, call, written in puts:
        if len(puts) > 1 and written != everything and (facts.path, facts.qualified_name(call)) not in begins:
            missing = ", ".join(sorted(everything - written))
            raise NotUnderstood(f"{facts.path}:{facts.line(call)} replaces a row and thereby drops {missing}")


def _says(method: str, made: Operation) -> str:
    if method == "update_item":
        return "streams.annotate; a row that is missing was created before, now it raises ConnectionGone"
    names = {"put_item": "annotate", "delete_item": "forget", "get_item": "lookup", "query": "find", "scan": "find"}
    return f"streams.{names[method]}" if method != "get_item" or made.imports else "lookup"
