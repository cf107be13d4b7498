"""Who uses a domain or a distribution uses the APIs behind it: which of them, by which path, is not known.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.index import Index
from checklists.referrers.model import Use

_LEADS = {"mapping", "origin"}


def through(index: Index, uses: Iterable[Use]) -> Iterator[Use]:
    """More uses, of the APIs behind what `uses` use."""
    uses = tuple(uses)
    behind = _behind(uses)
    for one in uses:
        if one.mention or one.kind in {*_LEADS, "certificate", "web_acl"}:
            continue
        front = index.estate.thing(one.used)
        for api in sorted(_apis(index, front, behind)) if front is not None else ():
            detail = f"{one.detail}, through {front.name}" if front else one.detail
            yield Use(user=one.user, used=api, kind=one.kind, detail=detail, certain=False)


def _behind(uses: Iterable[Use]) -> dict[str, set[str]]:
    """Domain or distribution -> what it leads to, as far as one step."""
    mapped: defaultdict[str, set[str]] = defaultdict(set)
    domains: dict[str, str] = {}
    for one in uses:
        if one.kind == "mapping" and not one.mention:
            domains[one.user] = one.used
        elif one.kind == "origin":
            mapped[one.user].add(one.used)
    for one in uses:
        if one.kind == "mapping" and one.mention and one.user in domains:
            mapped[domains[one.user]].add(one.used)
    return mapped


def _apis(index: Index, front: Thing, behind: dict[str, set[str]]) -> set[str]:
    if front.type not in {types.DOMAIN, types.DISTRIBUTION}:
        return set()
    found: set[str] = set()
    waiting, seen = [front.arn], set[str]()
    while waiting:
        arn = waiting.pop()
        if arn in seen:
            continue
        seen.add(arn)
        thing = index.estate.thing(arn)
        if thing is not None and thing.type in {types.API, types.REST_API}:
            found.add(arn)
        waiting.extend(behind.get(arn, ()))
    return found
