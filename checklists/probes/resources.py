"""What the infrastructure files declare. They are not the account: a person confirms what AWS still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.absence import gone
from checklists.probes.live import decided, none_left, together
from checklists.probes.probe import probe
from checklists.probes.wording import count
from migrator.inventory.model import Resource, Store

_MEANING = {
    "websocket_only": "only for WebSocket, can be deleted",
    "shared": "shared, to be edited, not deleted",
    "unknown": "undecided",
}


@probe(operations=LISTED_BY[types.API])
def api_plan(facts: Facts, _: Item) -> Evidence:
    """Files, and the account where it was asked, say of each resource of the APIs whether it can go."""
    files = _plan("API Gateway WebSocket resource", resources(facts, "AWS::ApiGatewayV2::"))
    return together(files, decided(facts, (types.API, types.DOMAIN, types.MAPPING), "API, domain or mapping"), facts)


@probe(operations=LISTED_BY[types.TABLE])
def table_plan(facts: Facts, _: Item) -> Evidence:
    """Files, and the account where it was asked, say of each table with connection ids whether it can go.

    What else the code does with one stands in its note.
    """
    stores = [store for store in facts.inventory.stores if store.holds_connections]
    ids = {store.resource for store in stores}
    declared = [r for r in resources(facts, "AWS::DynamoDB::", "AWS::Serverless::SimpleTable") if r.id in ids]
    evidence = _plan("connection table", declared)
    known = {resource.id for resource in declared}
    more = [pointer for store in stores for pointer in _more_about(store, declared=store.resource in known)]
    files = evidence.model_copy(update={"locations": (*evidence.locations, *more)})
    return together(files, decided(facts, (types.TABLE,), "table"), facts)


@probe(operations=LISTED_BY[types.FUNCTION])
def function_plan(facts: Facts, _: Item) -> Evidence:
    """Files, and the account where it was asked, say of each function whether it can go."""
    files = _plan("Lambda function", resources(facts, "AWS::Lambda::Function", "AWS::Serverless::Function"))
    return together(files, decided(facts, (types.FUNCTION,), "function"), facts)


@probe(operations=LISTED_BY[types.API])
def api_removed(facts: Facts, _: Item) -> Evidence:
    """No file declares a WebSocket API any more, and where the account was asked none of them stands there."""
    left = tuple(Pointer(location=api.location, note=f"declares {api.name}") for api in facts.inventory.apis)
    files = gone(facts, "WebSocket API", left, facts.baseline.apis, "infrastructure")
    return together(files, none_left(facts, (types.API,), "WebSocket API"), facts)


@probe()
def resources_removed(facts: Facts, _: Item) -> Evidence:
    """No file declares a resource that only the WebSocket path used any more, and none is undecided."""
    left = tuple(_pointer(r) for r in facts.inventory.resources if r.use == "websocket_only")
    evidence = gone(facts, "WebSocket-only resource", left, facts.baseline.resources, "infrastructure")
    undecided = tuple(_pointer(r) for r in facts.inventory.resources if r.use in {"shared", "unknown"})
    if undecided and evidence.verdict == "supports":
        summary = f"{evidence.summary} {count(len(undecided), 'shared or undecided resource')} to look at."
        return evidence.model_copy(update={"verdict": "no_data", "summary": summary, "locations": undecided})
    return evidence.model_copy(update={"locations": (*left, *undecided)})


def resources(facts: Facts, *types: str) -> list[Resource]:
    """Resources whose type begins with one of `types` and that the WebSocket path has to do with."""
    return [r for r in facts.inventory.resources if r.type.startswith(types) and r.use != "unrelated"]


def _plan(noun: str, found: Iterable[Resource]) -> Evidence:
    """Supported when the files say of each resource whether it can go: then a person has what a plan needs."""
    found = list(found)
    if not found:
        return Evidence(verdict="no_data", summary=f"The files that the scan read declare no {noun}.")
    uses = Counter(resource.use for resource in found)
    listed = "; ".join(f"{number} {_MEANING[use]}" for use, number in uses.items())
    return Evidence(
        verdict="no_data" if uses["unknown"] else "supports",
        summary=f"{count(len(found), noun)}: {listed}.",
        locations=tuple(_pointer(resource) for resource in found),
    )


def _more_about(store: Store, *, declared: bool) -> list[Pointer]:
    where = store.location or (store.uses[0].location if store.uses else None)
    notes = [*store.other_uses, *([] if declared else ["declared in no file that the scan read"])]
    return [Pointer(location=where, note=f"{store.id}: {note}") for note in notes] if where else []


def _pointer(resource: Resource) -> Pointer:
    referrers = f" (used by {', '.join(resource.referrers)})" if resource.referrers else ""
    note = f"{resource.id}: {_MEANING[resource.use]}: {resource.reason}{referrers}"
    return Pointer(location=resource.location, note=note)
