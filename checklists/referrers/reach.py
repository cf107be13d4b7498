"""The referrer graph: what the APIs that are to go lead to, and what of that nobody else needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from checklists.aws import types
from checklists.referrers.index import Index
from checklists.referrers.model import Use

DEPENDENT = frozenset(
    {
        types.MAPPING,
        types.EVENT_SOURCE,
        types.FUNCTION_ALIAS,
        types.ALARM,
        types.COMPOSITE_ALARM,
        types.DASHBOARD,
        types.RECORD,
    }
)
"""Types that mean nothing without what they are about: they go when all of that goes."""


class Graph:
    """Uses by both ends. A route or an integration counts as its API."""

    def __init__(self, index: Index, uses: Iterable[Use]) -> None:
        self.index = index
        self.of: defaultdict[str, list[Use]] = defaultdict(list)
        """By what is used."""
        self.by: defaultdict[str, list[Use]] = defaultdict(list)
        """By the user."""
        for one in uses:
            user, used = self.owner(one.user), self.owner(one.used)
            if user != used:
                self.of[used].append(one)
                self.by[user].append(one)

    def owner(self, arn: str) -> str:
        return self.index.owner(arn)

    def users(self, arn: str) -> frozenset[str]:
        """Who needs a thing. What is about it alone does not: it goes with it."""
        return frozenset(self.owner(one.user) for one in self.of[arn] if not one.mention)

    def subjects(self, arn: str) -> frozenset[str]:
        """What a dependent thing is about."""
        return frozenset(self.owner(one.used) for one in self.by[arn] if one.mention)

    def dependent(self, arn: str) -> bool:
        thing = self.index.estate.thing(arn)
        return thing is not None and thing.type in DEPENDENT

    def led_to(self, apis: Iterable[str]) -> frozenset[str]:
        """Things that the APIs use, and that these use, and so on, with what is about them."""
        found: set[str] = set()
        waiting = list(apis)
        while waiting:
            arn = waiting.pop()
            if arn in found or self.index.estate.thing(arn) is None:
                continue
            found.add(arn)
            waiting.extend(self.owner(one.used) for one in self.by[arn] if not one.mention and one.certain)
            waiting.extend(self.owner(one.user) for one in self.of[arn] if one.mention and self.dependent(one.user))
        return frozenset(found)

    def closed(self, within: frozenset[str]) -> frozenset[str]:
        """The largest part of `within` that nobody outside of it needs, and that is about nothing outside of it."""
        inside = set(within)
        waiting = list(within)
        while waiting:
            arn = waiting.pop()
            if arn not in inside or self._stays_within(arn, inside):
                continue
            inside.discard(arn)
            waiting.extend(self.owner(one.used) for one in self.by[arn])
            waiting.extend(self.owner(one.user) for one in self.of[arn])
        return frozenset(inside)

    def _stays_within(self, arn: str, inside: set[str]) -> bool:
        if not self.users(arn) <= inside:
            return False
        return not self.dependent(arn) or (bool(self.subjects(arn)) and self.subjects(arn) <= inside)
