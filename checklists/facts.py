"""What probes may look at. No files, no clock, no network: everything was read before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Final

from checklists.aws.estate import Estate, Thing
from checklists.cost.model import CostComparison
from checklists.evidence import Fact, Source, Window
from checklists.history.past import Past, as_decided
from checklists.idle.model import IdleProof
from checklists.idle.proof import WHOLE_API
from checklists.live import Lot, Seen
from checklists.model import Baseline
from checklists.referrers.model import Fate, Matching, Orphan, Use
from checklists.settings import ChecklistSettings
from checklists.verify_report import VerifyReport
from migrator.inventory.model import Inventory
from migrator.inventory.outcome import Site, SiteKind
from migrator.inventory.sites import sites

OF_SERVER: Final[frozenset[SiteKind]] = frozenset({"handler", "authorizer", "management_client", "push", "store_use"})
"""Sites that a rewrite of the server replaces; clients, tests and infrastructure have their own items."""


@dataclass(frozen=True)
class Removal:
    """The commit that took the last use of a word out of the repository, as git tells."""

    word: str
    commit: str
    at: datetime
    author: str


@dataclass(frozen=True)
class Outage:
    """A planned outage of a teardown, as its plan and its journal say."""

    api: str
    """ARN."""
    minutes: float
    done_at: datetime | None
    """None: it has not been, or somebody came and ended it."""


@dataclass(frozen=True)
class Live:
    """A survey of AWS and what was made of it."""

    estate: Estate
    apis: frozenset[str] = frozenset()
    """ARNs of the WebSocket APIs that go."""
    matching: Matching = field(default_factory=Matching)
    uses: tuple[Use, ...] = ()
    fates: tuple[Fate, ...] = ()
    idle: tuple[IdleProof, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    cost: CostComparison | None = None
    savings: Mapping[str, float] = field(default_factory=dict)
    """Dollars a month by ARN."""


@dataclass(frozen=True)
class Facts:
    inventory: Inventory
    report: VerifyReport | None
    """The last verify report; None when there is none, or none that can be read."""
    report_problem: str
    """Why `report` is None though a report exists; '' otherwise."""
    report_stale: bool
    """True when a source file is newer than the report."""
    baseline: Baseline
    today: date
    live: Live | None = None
    """None when AWS was not asked."""
    now: datetime | None = None
    """With a time zone; None: noon of `today`, UTC."""
    past: Past = field(default_factory=Past)
    settings: ChecklistSettings = field(default_factory=ChecklistSettings)
    ratchet: str | None = None
    """Path of the ratchet's baseline, as the settings say and as it is there; None without one."""
    removals: tuple[Removal, ...] = ()
    outages: tuple[Outage, ...] = ()
    """Of the newest teardown."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """By path in the application: who owns it, as CODEOWNERS says."""

    @property
    def moment(self) -> datetime:
        return self.now or datetime.combine(self.today, time(12), UTC)

    @property
    def scan_reads(self) -> bool:
        """Whether the scan saw files and understood those of interest: without that, finding nothing means nothing."""
        return self.inventory.files.seen > 0 and not self.inventory.files.failed and not self.serious

    @property
    def serious(self) -> bool:
        return any(problem.serious for problem in self.inventory.problems)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        return sites(self.inventory)

    @property
    def site_count(self) -> int:
        return len(self.sites)

    @property
    def server_sites(self) -> tuple[Site, ...]:
        return tuple(site for site in self.sites if site.kind in OF_SERVER)

    @cached_property
    def fates(self) -> dict[str, Fate]:
        """By ARN; empty without a survey."""
        return {fate.subject: fate for fate in self.live.fates} if self.live else {}

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """Live things that go, are edited or decided on: as this survey says, and where it does not see them as the
        last one that did. Sorted by ARN."""
        known = {arn: thing for arn, (thing, _) in self.past.things.items()}
        now = {one.arn: as_decided(one, known.get(one.arn)) for one in seen_now(self.live)} if self.live else {}
        before = {arn: thing for arn, thing in known.items() if arn not in self.fates}
        return tuple(thing for _, thing in sorted({**before, **now}.items()))

    @cached_property
    def seen_by_arn(self) -> dict[str, Seen]:
        return {thing.arn: thing for thing in self.seen}

    @cached_property
    def stages(self) -> tuple[tuple[str, str, str], ...]:
        """Of APIs that go, as idle proofs know them: ARN of the API, its name, the stage."""
        if self.live is None:
            return ()
        names = {api.arn: api.name for api in self.live.estate.websocket_apis()}
        return tuple(
            (one.api, names.get(one.api, one.api), one.stage) for one in self.live.idle if one.stage != WHOLE_API
        )

    def things(self, lot: Lot, types: Iterable[str]) -> tuple[Seen, ...]:
        """Of these types, with that lot; whether they still stand or not."""
        wanted = frozenset(types)
        return tuple(thing for thing in self.seen if thing.lot == lot and thing.type in wanted)

    def standing(self, arn: str) -> Thing | None:
        """The thing, where the survey sees it."""
        return self.live.estate.thing(arn) if self.live else None

    def fact(
        self,
        name: str,
        subject: str,
        value: str | float | bool | None,
        *,
        source: Source,
        unit: str = "",
        query: str = "",
        window: Window | None = None,
        at: datetime | None = None,
    ) -> Fact:
        """`at`: None for when the survey ended, and for what is not of AWS now."""
        at = at or (self.live.estate.finished_at if source == "aws" and self.live else self.moment)
        return Fact(
            id=name, source=source, subject=subject, value=value, unit=unit, observed_at=at, query=query, window=window
        )


def seen_now(live: Live) -> tuple[Seen, ...]:
    """Of what the survey sees, the things that are not simply kept."""
    found = []
    for fate in live.fates:
        thing = live.estate.thing(fate.subject)
        if thing is None or fate.verdict == "keep":
            continue
        found.append(
            Seen(
                arn=thing.arn,
                type=thing.type,
                name=thing.name,
                account=thing.account,
                region=thing.region,
                lot=fate.verdict,
                manager=thing.manager,
            )
        )
    return tuple(found)


def measure(inventory: Inventory) -> Baseline:
    """The counts that a new checklist records."""
    return Baseline(
        sites=len(sites(inventory)),
        clients=len(inventory.clients),
        reconnects=sum(client.reconnect is not None for client in inventory.clients),
        tests=len(inventory.tests),
        apis=len(inventory.apis),
        resources=sum(resource.use == "websocket_only" for resource in inventory.resources),
        handlers=sum(bool(handler.route_keys) for handler in inventory.handlers),
        pushes=len(inventory.pushes),
    )
