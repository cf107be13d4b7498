"""Finds things of an estate by what others call them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar, cast

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.json_values import rows, text, texts
from checklists.referrers import arns
from checklists.referrers.model import Use, UseKind

_T = TypeVar("_T")


class Index:
    """Everything that a link looks up. Made once for all of them."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._parts: dict[object, object] = {}

    def part(self, make: Callable[[Index], _T]) -> _T:
        """What is made of this index by `make`, the same each time."""
        if make not in self._parts:
            self._parts[make] = make(self)
        return cast("_T", self._parts[make])

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str, str], Thing]:
        found: dict[tuple[str, str, str, str], Thing] = {}
        for thing in self.estate.things:
            for name in (thing.name, thing.id):
                found[thing.type, thing.account, thing.region, name] = thing
        return found

    def of_type(self, *wanted: str) -> Iterator[Thing]:
        for one in wanted:
            yield from self.estate.of_type(one)

    def named(self, type_: str, account: str, region: str, name: str) -> Thing | None:
        """By what its API takes to name it, or as people know it."""
        return self._by_name.get((type_, account, region, name))

    def api(self, account: str, region: str, api_id: str) -> Thing | None:
        return self.named(types.API, account, region, api_id) or self.named(types.REST_API, account, region, api_id)

    def apis_at(self, value: str) -> list[Thing]:
        """APIs whose execute-api host stands in a text, in whatever account: an id is one API's in its region."""
        return [
            thing
            for api_id, region in arns.execute_api_hosts(value)
            for thing in self.of_type(types.API, types.REST_API)
            if (thing.id, thing.region) == (api_id, region)
        ]

    def thing(self, arn: str) -> Thing | None:
        """The thing of an ARN, or of the function, table or log group that the ARN names a part of."""
        exact = self.estate.thing(arn)
        if exact is not None:
            return exact
        parsed = arns.parse(arn)
        if parsed is None:
            return None
        if parsed.service == "execute-api":
            return self.api(parsed.account, parsed.region, parsed.resource.split("/", 1)[0])
        whole = {
            "lambda": [arns.function_in(arn) or ""],
            "dynamodb": [re.split("/stream/|/index/", arn, maxsplit=1)[0]],
            "logs": [arn.removesuffix(":*"), f"{arn}:*"],
        }
        found = (self.estate.thing(one) for one in whole.get(parsed.service, ()))
        return next((one for one in found if one is not None), None)

    @cached_property
    def _api_arns(self) -> frozenset[str]:
        return frozenset(thing.arn for thing in self.of_type(types.API, types.REST_API))

    def owner(self, arn: str) -> str:
        """The API that a route, an integration, an authorizer or a stage is a part of; else the ARN itself."""
        for part in ("/routes/", "/integrations/", "/authorizers/", "/stages/", "/models/", "/deployments/"):
            head, found, _ = arn.partition(part)
            if found and head in self._api_arns:
                return head
        return arn

    @cached_property
    def _holders(self) -> dict[str, tuple[Thing, ...]]:
        found: defaultdict[str, list[Thing]] = defaultdict(list)
        for holder in self.of_type(types.ROLE, types.USER, types.GROUP):
            attached = holder.properties.get("AttachedPolicies")
            for arn in [*texts(attached), *(text(one.get("PolicyArn")) for one in rows(attached))]:
                found[arn].append(holder)
        return {arn: tuple(holders) for arn, holders in found.items()}

    def attached_to(self, policy: str) -> tuple[Thing, ...]:
        """Roles, users and groups that have a managed policy."""
        return self._holders.get(policy, ())

    def functions(self) -> Iterable[Thing]:
        return self.of_type(types.FUNCTION)


def use(user: Thing | str, used: Thing | str, kind: UseKind, detail: str, *, mention: bool = False) -> Use:
    return Use(user=_arn(user), used=_arn(used), kind=kind, detail=detail, mention=mention)


def _arn(thing: Thing | str) -> str:
    return thing if isinstance(thing, str) else thing.arn
