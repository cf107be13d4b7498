"""Which live thing is which declared one: by stacks' logical ids, by name, by how frameworks name things, by routes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.aws.listed import LISTED_BY
from checklists.json_values import rows, text
from checklists.referrers import arns
from checklists.referrers.declared import TYPES, declared
from checklists.referrers.index import Index
from checklists.referrers.model import Ambiguous, Declared, Matching, Pair, Undeployed, Unmatched
from migrator.inventory.model import Api, Inventory

Found = tuple[tuple[Thing, ...], str]
"""Live things, and why they are taken for the declared one."""

_CDK_HASH = re.compile(r"[0-9A-F]{8}")
_SLS_FUNCTION = "LambdaFunction"


def match(inventory: Inventory, estate: Estate) -> Matching:
    """Every declared thing of a type that a survey lists, and every live one that WebSocket APIs have to do with.

    One declaration can be live several times: as a stack a stage, each of which has most of what is declared.
    """
    matcher = _Matcher(inventory, Index(estate))
    pairs: list[Pair] = []
    ambiguous: list[Ambiguous] = []
    nowhere: list[Undeployed] = []
    for one in matcher.declared:
        stages = matcher.in_stacks(one)
        if stages:
            pairs += [Pair(declared=one, live=thing.arn, why=why) for thing, why in stages]
            continue
        found, why = matcher.by_name(one)
        if len(found) == 1:
            pairs.append(Pair(declared=one, live=found[0].arn, why=why))
        elif found:
            ambiguous.append(Ambiguous(declared=one, live=tuple(sorted(thing.arn for thing in found)), why=why))
        else:
            nowhere.append(_undeployed(estate, one))
    taken = {pair.live for pair in pairs} | {arn for one in ambiguous for arn in one.live}
    return Matching(
        pairs=tuple(pairs),
        live_only=tuple(_live_only(matcher.index, taken)),
        declared_only=tuple(nowhere),
        ambiguous=tuple(ambiguous),
    )


class _Matcher:
    def __init__(self, inventory: Inventory, index: Index) -> None:
        self.inventory, self.index = inventory, index
        self.declared = tuple(declared(inventory))
        self._stacks = self._deployments()
        self._stages = {api.stage for api in inventory.apis}

    def in_stacks(self, one: Declared) -> list[tuple[Thing, str]]:
        found = []
        for stack, resources in self._stacks:
            for logical, type_, thing in resources:
                if type_ == one.type and _same_logical(one.id, logical) and thing is not None:
                    found.append((thing, f"logical id {logical} of stack {stack.name}"))
        return found

    def by_name(self, one: Declared) -> Found:
        rules = (self._physical, self._serverless, self._sam, self._tagged, self._routes)
        return next((found for rule in rules if (found := rule(one))[0]), ((), ""))

    def _deployments(self) -> list[tuple[Thing, list[tuple[str, str, Thing | None]]]]:
        """Stacks that have at least half of what is declared: a logical id alone is often another application's too."""
        wanted = {(one.type, one.id) for one in self.declared}
        found = []
        for stack in self.index.of_type(types.STACK):
            resources = list(_resources(self.index, stack))
            shared = {
                (type_, id_)
                for type_, id_ in wanted
                for logical, live_type, _ in resources
                if live_type == type_ and _same_logical(id_, logical)
            }
            if shared and 2 * len(shared) >= len(wanted):
                found.append((stack, resources))
        return found

    def _physical(self, one: Declared) -> Found:
        found = [thing for thing in self._live(one) if one.name and one.name in {thing.name, thing.id}]
        return tuple(found), f"named {one.name}"

    def _serverless(self, one: Declared) -> Found:
        """SERVICE-STAGE-FUNCTION. https://www.serverless.com/framework/docs/providers/aws/guide/functions"""
        if one.type != types.FUNCTION or not one.id.endswith(_SLS_FUNCTION):
            return (), ""
        key = one.id.removesuffix(_SLS_FUNCTION).replace("Dash", "-").replace("Underscore", "_")
        wanted = re.compile(rf"{re.escape(self.inventory.application)}-(\w+)-{re.escape(key)}", re.IGNORECASE)
        found = [(thing, hit[1]) for thing in self._live(one) if (hit := wanted.fullmatch(thing.name))]
        exact = [thing for thing, stage in found if stage in self._stages]
        return tuple(exact or [thing for thing, _ in found]), f"named as Serverless names function {key}"

    def _sam(self, one: Declared) -> Found:
        """STACK-LOGICALID-RANDOM, as CloudFormation names what has no name."""
        wanted = re.compile(rf"(?P<stack>.+)-{re.escape(one.id)}-[A-Z0-9a-z]{{8,13}}")
        application = self.inventory.application.lower()
        found = [
            thing
            for thing in self._live(one)
            if (hit := wanted.fullmatch(thing.name)) and application and application in hit["stack"].lower()
        ]
        return tuple(found), f"named as CloudFormation names {one.id}"

    def _tagged(self, one: Declared) -> Found:
        found = [
            thing
            for thing in self._live(one)
            if thing.tags.get("aws:cloudformation:logical-id") == one.id
            or (one.name and thing.tags.get("Name") == one.name)
        ]
        return tuple(found), f"tagged as {one.name or one.id}"

    def _routes(self, one: Declared) -> Found:
        """Where a route has a name of its own: every WebSocket API has those that begin with '$'."""
        api = next((api for api in self.inventory.apis if api.id == one.id), None) if one.kind == "api" else None
        keys = {*_keys_of(api)} if api else set()
        named = any(not key.startswith("$") for key in keys)
        found = [thing for thing in self.index.estate.websocket_apis() if named and keys == self._keys(thing)]
        return tuple(found), f"has the same {len(keys)} routes"

    def _keys(self, api: Thing) -> set[str]:
        return {text(one.properties.get("RouteKey")) for one in self.index.estate.under(api.arn, types.ROUTE)}

    def _live(self, one: Declared) -> Iterator[Thing]:
        return self.index.of_type(one.type)


def _keys_of(api: Api) -> Iterator[str]:
    yield from (route.key for route in api.routes)
    yield from (route.key for route in api.functionless_routes)
    yield from (route.key for route in api.unserved_routes)


def _resources(index: Index, stack: Thing) -> Iterator[tuple[str, str, Thing | None]]:
    for row in rows(stack.properties.get("Resources")):
        type_ = TYPES.get(text(row.get("ResourceType")), text(row.get("ResourceType")))
        physical = text(row.get("PhysicalResourceId"))
        region = types.GLOBAL_REGION if type_.startswith("AWS::IAM::") else stack.region
        thing = index.named(type_, stack.account, region, physical) or index.thing(physical)
        yield text(row.get("LogicalResourceId")), type_, thing


def _same_logical(declared_id: str, live: str) -> bool:
    """CDK adds eight characters of a hash."""
    if live == declared_id:
        return True
    return live.startswith(declared_id) and _CDK_HASH.fullmatch(live.removeprefix(declared_id)) is not None


def _undeployed(estate: Estate, one: Declared) -> Undeployed:
    operations = LISTED_BY[one.type]
    gaps = [f"{gap.operation} in {gap.region} of {gap.account}" for gap in estate.gaps if gap.operation in operations]
    never = set(operations) - {asked.operation for asked in estate.asked}
    if gaps or never:
        missing = tuple(dict.fromkeys(gaps)) or tuple(sorted(never))
        return Undeployed(declared=one, why="It may be live: not all of its kind could be listed.", missing=missing)
    return Undeployed(declared=one, why=f"Nothing in the regions {', '.join(estate.regions)} is it.")


def _live_only(index: Index, taken: set[str]) -> Iterator[Unmatched]:
    apis = index.estate.websocket_apis()
    for api in apis:
        if api.arn not in taken:
            yield Unmatched(live=api.arn, why=f"WebSocket API {api.name}: nothing that was scanned declares it.")
    called: defaultdict[str, list[str]] = defaultdict(list)
    names = {api.arn: api.name for api in apis}
    for part in index.of_type(types.INTEGRATION, types.AUTHORIZER):
        for key in ("IntegrationUri", "AuthorizerUri"):
            function = arns.function_in(text(part.properties.get(key)))
            if function is not None and index.owner(part.arn) in names:
                called[function].append(names[index.owner(part.arn)])
    for function, by in sorted(called.items()):
        if function not in taken and index.estate.thing(function) is not None:
            yield Unmatched(
                live=function, why=f"Called by {', '.join(_each_once(by))}; nothing that was scanned declares it."
            )
    for table, by in sorted(_tables(index, called).items()):
        if table not in taken:
            yield Unmatched(
                live=table, why=f"Named by {', '.join(_each_once(by))}; nothing that was scanned declares it."
            )


def _tables(index: Index, functions: dict[str, list[str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for arn in functions:
        function = index.estate.thing(arn)
        for mention in rows(function.properties.get("Mentions")) if function else ():
            named = index.thing(text(mention.get("of")))
            if function and named and named.type == types.TABLE:
                found[named.arn].append(function.name)
    return found


def _each_once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
