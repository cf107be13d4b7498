"""What became of each site. All totals, in every output format, come from the same list of outcomes."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field, computed_field

from migrator.inventory.record import Location, Record

SiteKind = Literal[
    "handler",
    "authorizer",
    "management_client",
    "push",
    "store_use",
    "client",
    "reconnect",
    "heartbeat",
    "server",
    "resource",
    "test",
]
Status = Literal["rewritten", "marked", "skipped", "failed", "out_of_scope"]
Safety = Literal["safe", "review", "manual"]
Level = Literal["native", "transport"]

STATUSES: tuple[Status, ...] = ("rewritten", "marked", "skipped", "failed", "out_of_scope")


class Site(Record):
    """One thing in the application that the migration has to account for."""

    kind: SiteKind
    location: Location
    name: str = Field(default="", description="tells sites of one place apart, such as resources that one line implies")
    summary: str
    api: str | None = None
    routes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.location}" + (f"#{self.name}" if self.name else "")


class Outcome(Record):
    site: Site
    status: Status
    reason: str = Field(default="", description="empty only for 'rewritten' without anything to explain")
    rule: str | None = None
    safety: Safety | None = None
    level: Level | None = None


class Account(Record):
    """Sites found = rewritten + marked + skipped + failed + out of scope, or the run has failed."""

    found: tuple[Site, ...]
    outcomes: tuple[Outcome, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def totals(self) -> dict[Status, int]:
        counted = Counter(outcome.status for outcome in self.outcomes)
        return {status: counted[status] for status in STATUSES}

    def imbalance(self) -> list[str]:
        """Sentences that say where the account doesn't close; empty when it does."""
        found = Counter(site.id for site in self.found)
        settled = Counter(outcome.site.id for outcome in self.outcomes)
        twice = [f"{site_id} was found {n} times" for site_id, n in found.items() if n > 1]
        lost = [f"{site_id} has no outcome" for site_id in found if not settled[site_id]]
        extra = [f"{site_id} has an outcome but was not found" for site_id in settled if not found[site_id]]
        more = [f"{site_id} has {n} outcomes" for site_id, n in settled.items() if n > 1]
        return twice + lost + extra + more
