"""Why one thing stays whoever uses it, and why it cannot be told whether it may go."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, text
from checklists.referrers import arns
from checklists.referrers.documents import document
from checklists.referrers.index import Index
from checklists.referrers.life import Lives
from checklists.referrers.matching import match
from checklists.referrers.model import Matching
from checklists.referrers.operations import NEEDS, Knowledge
from checklists.referrers.reach import Graph
from migrator.inventory.model import Inventory, Store

KEEP_UNTIL = "keep-until"
KEEP = "ws2sse:keep"
OWNERS = frozenset({"cloudformation:DescribeStacks", "cloudformation:ListStackResources"})
"""Tell which stack owns a thing. What a stack owns is removed through it, and its template may say to keep it."""
SCAN = "a scan of the application that declares it"


class Reasons:
    def __init__(
        self,
        index: Index,
        graph: Graph,
        apis: frozenset[str],
        inventory: Inventory | None,
        matching: Matching | None,
    ) -> None:
        self._index, self._graph = index, graph
        self._accounts = {thing.account for arn in apis if (thing := index.estate.thing(arn)) is not None}
        self._lives = Lives(index.estate, sorted(apis))
        self._knowledge = Knowledge(index.estate)
        self._today = index.estate.finished_at.date()
        self._stores = _stores(index, inventory, matching)

    def to_keep(self, thing: Thing) -> str:
        """One sentence; '' when nothing about the thing itself keeps it."""
        if said := self._tag(thing) or self._elsewhere(thing):
            return said
        if thing.type not in NEEDS:
            return f"Nothing of type {thing.type} is ever deleted here: a person decides."
        if life := self._lives.of(thing).why:
            return life
        if thing.type == types.TABLE:
            return self._other_data(thing)
        if thing.type == types.ROLE and text(thing.properties.get("Path")).startswith("/aws-service-role/"):
            return "AWS made it for a service of its own."
        return ""

    def to_doubt(self, thing: Thing) -> tuple[str, ...]:
        """What would have to be known; empty when enough is."""
        missing = [*self._knowledge.missing(thing), *self._lives.of(thing).missing, *self._owners(thing)]
        if thing.type == types.FUNCTION:
            missing += self._policies(thing)
        if thing.type == types.CERTIFICATE and "InUseBy" not in thing.properties:
            missing.append(f"acm:DescribeCertificate of {thing.name}")
        if thing.type == types.TABLE and not self._stores.get(thing.arn):
            missing.append(SCAN)
        if thing.type == types.ROLE:
            missing += self._assumers(thing)
        if thing.type == types.POLICY:
            missing += self._attachments(thing)
        return tuple(dict.fromkeys(missing))

    def _tag(self, thing: Thing) -> str:
        if KEEP in thing.tags:
            return f"It has the tag {KEEP}."
        until = thing.tags.get(KEEP_UNTIL)
        if until is None:
            return ""
        try:
            day = date.fromisoformat(until)
        except ValueError:
            return f"Its tag {KEEP_UNTIL} has no date that can be read."
        return f"Its tag says to keep it until {day}." if self._today <= day else ""

    def _other_data(self, table: Thing) -> str:
        for store in self._stores.get(table.arn, ()):
            if not store.holds_connections:
                return f"The code keeps other data in it than connections (store {store.id})."
            if store.other_uses:
                return f"The code does more with it than keep connections: {store.other_uses[0].rstrip('.')}."
        return ""

    def _elsewhere(self, thing: Thing) -> str:
        """What is called there by its name would here be something else of that name."""
        there = thing.account not in self._accounts
        return f"It is in account {thing.account}, where none of the APIs is." if there else ""

    def _owners(self, thing: Thing) -> list[str]:
        """A global thing may be of a stack in any region."""
        if thing.stack is not None or thing.manager is not None:
            return []
        estate = self._index.estate
        regions = estate.regions if thing.region == types.GLOBAL_REGION else (thing.region,)
        gaps = [gap for region in regions for gap in estate.gaps_of(OWNERS, thing.account, region)]
        return [f"{gap.operation} in {gap.region} of {gap.account}" for gap in gaps]

    def _policies(self, function: Thing) -> list[str]:
        """Of the function and of its aliases, each of which has one of its own: not asked for, or not to be read."""
        return [
            f"lambda:GetPolicy of {one.name}"
            for one in (function, *self._aliases.get(function.arn, ()))
            if "Policy" not in one.properties
            or (one.properties["Policy"] is not None and not document(one.properties["Policy"]))
        ]

    @cached_property
    def _aliases(self) -> dict[str, list[Thing]]:
        found: defaultdict[str, list[Thing]] = defaultdict(list)
        for alias in self._index.of_type(types.FUNCTION_ALIAS):
            found[arns.function_in(alias.arn) or ""].append(alias)
        return found

    def _assumers(self, role: Thing) -> list[str]:
        """A role is global: it may be used in a region that was not looked at."""
        if not document(role.properties.get("AssumeRolePolicyDocument")):
            return [f"whom role {role.name} trusts"]
        region = text(mapping(role.properties.get("RoleLastUsed")).get("Region"))
        if region and region not in self._index.estate.regions:
            return [f"who used role {role.name} in {region}"]
        return []

    def _attachments(self, policy: Thing) -> list[str]:
        known = len(self._index.attached_to(policy.arn))
        count = policy.properties.get("AttachmentCount")
        boundaries = policy.properties.get("PermissionsBoundaryUsageCount")
        if not isinstance(count, int) or count > known or (isinstance(boundaries, int) and boundaries > 0):
            return [f"whom policy {policy.name} is attached to"]
        return []


def _stores(index: Index, inventory: Inventory | None, matching: Matching | None) -> dict[str, tuple[Store, ...]]:
    """ARN of a table -> the stores that it is."""
    if inventory is None:
        return {}
    matching = matching or match(inventory, index.estate)
    found: dict[str, tuple[Store, ...]] = {}
    for pair in matching.pairs:
        table = arns.parse(pair.live)
        if pair.declared.type == types.TABLE and table is not None:
            stores = (s for s in inventory.stores if pair.declared.id in {s.resource, s.id})
            found[pair.live] = (*found.get(pair.live, ()), *stores)
    return found
