"""What a plan is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.idle.model import IdleProof
from checklists.referrers.model import Fate, Use
from checklists.teardown.ownership import Ownership, ownership_of
from checklists.teardown.settings import TeardownSettings


@dataclass(frozen=True)
class Situation:
    """apis: ARNs of those that go. declared: ARN -> place in the application, 'template.yaml:41'. savings: ARN ->
    dollars a month."""

    estate: Estate
    fates: Mapping[str, Fate]
    apis: tuple[str, ...]
    idle: tuple[IdleProof, ...]
    settings: TeardownSettings
    now: datetime
    declared: Mapping[str, str] = field(default_factory=dict)
    savings: Mapping[str, float] = field(default_factory=dict)

    def deleted(self, *kinds: str) -> Iterator[Thing]:
        """Things that go, and that a call of the API may delete: no stack and no tool owns them."""
        return (thing for thing in self._going(kinds) if self.ownership.of(thing.arn) == "none")

    def owned(self) -> Iterator[Thing]:
        """Things that go, and that something owns."""
        return (thing for thing in self._going(()) if self.ownership.of(thing.arn) != "none")

    def going(self, *kinds: str) -> Iterator[Thing]:
        """Whoever owns them."""
        return self._going(kinds)

    def edited(self) -> Iterator[tuple[Thing, Fate]]:
        for arn, fate in sorted(self.fates.items()):
            thing = self.estate.thing(arn)
            if thing is not None and fate.verdict == "edit":
                yield thing, fate

    def goes(self, arn: str) -> bool:
        fate = self.fates.get(arn)
        return fate is not None and fate.verdict == "delete"

    def users_of(self, arn: str) -> tuple[Use, ...]:
        fate = self.fates.get(arn)
        return () if fate is None else fate.users

    @cached_property
    def ownership(self) -> Ownership:
        return ownership_of(self.estate, self.fates)

    def things(self, arns: Iterable[str]) -> list[Thing]:
        return [thing for arn in arns if (thing := self.estate.thing(arn)) is not None]

    def stages(self, api: str) -> list[Thing]:
        return [*self.estate.under(api, types.STAGE)]

    def mappings(self, api: Thing) -> list[Thing]:
        return [
            one
            for one in self.estate.of_type(types.MAPPING)
            if one.properties.get("ApiId") == api.id and (one.account, one.region) == (api.account, api.region)
        ]

    def connect_function(self, api: str) -> Thing | None:
        """The one behind $connect, when it can be told."""
        route = next(
            (one for one in self.estate.under(api, types.ROUTE) if one.properties.get("RouteKey") == "$connect"),
            None,
        )
        if route is None:
            return None
        integration = self.estate.thing(f"{api}/{route.properties.get('Target', '')}")
        uri = "" if integration is None else str(integration.properties.get("IntegrationUri", ""))
        return next((one for one in self.estate.of_type(types.FUNCTION) if f"{one.arn}/" in uri), None)

    def _going(self, kinds: tuple[str, ...]) -> Iterator[Thing]:
        return (thing for thing in self.estate.things if self.goes(thing.arn) and (not kinds or thing.type in kinds))
