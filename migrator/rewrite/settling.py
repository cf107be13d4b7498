"""From what the rules did to one outcome a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.inventory.model import Handler, Inventory
from migrator.inventory.outcome import Level, Outcome, Site, Status
from migrator.inventory.outside import INSIDE
from migrator.inventory.sites import sites
from migrator.rewrite import old_tests
from migrator.rewrite.copying import SCRIPTS
from migrator.rewrite.edit import LeftBehind, RouteLevel
from migrator.rewrite.infra import Infrastructure
from migrator.rewrite.leaving import meanwhile, why_server_stays
from migrator.rewrite.old_tests import OldTests
from migrator.rewrite.outside import outside_pushers
from migrator.rewrite.python import PythonResult, management_client, native_authorizer, native_endpoint
from migrator.rewrite.python.settled import Settled
from migrator.rewrite.serving import AUTHORIZER, MOUNTING, PUSH_OVER_HTTP

TESTS = "tests of the old path stay with the old application"
ELSEWHERE = "goes on running where it is, and pushes nothing"
OVER_HTTP = "goes on running where it is, and pushes over HTTP: deploy it from here with PUSH_URL and PUSH_TOKEN"
SCRIPT = "it belongs to functions in JavaScript or TypeScript, which stay where they are"
UNKNOWN = "this use of @connections is not understood; send with sse_service.live.streams instead"


@dataclass(frozen=True)
class Settling:
    """Everything that a decision needs. `others`: functions of other APIs, each with the reason why it isn't migrated;
    `clients`: the outcomes that the client rules have given."""

    inventory: Inventory
    others: Mapping[str, str]
    python: PythonResult
    levels: tuple[RouteLevel, ...]
    modules: frozenset[str]
    left_behind: Mapping[str, str]
    clients: Mapping[str, Outcome]
    infrastructure: Infrastructure
    tests: OldTests

    def outcomes(self) -> tuple[Outcome, ...]:
        """Exactly one for each site of the inventory, in their order."""
        return tuple(self._outcome(site) for site in sites(self.inventory))

    def _outcome(self, site: Site) -> Outcome:
        if site.id in self.clients:
            return self.clients[site.id]
        if site.kind == "resource":
            return self.infrastructure.outcome(site)
        if site.kind == "test":
            return self._test(site)
        if site.kind == "server":
            return Outcome(site=site, status="skipped", reason=why_server_stays(self.inventory, site))
        if site.kind in {"handler", "authorizer"}:
            return self._handler(site)
        return self._not_read(site) or self._in_code(site)

    def _test(self, site: Site) -> Outcome:
        verdict = self.tests.verdicts.get(site.location.path)
        if verdict is None:
            return Outcome(site=site, status="out_of_scope", reason=TESTS)
        if verdict.text is None:
            return Outcome(site=site, status="out_of_scope", rule=old_tests.RULE, reason=verdict.reason)
        return Outcome(site=site, status="rewritten", rule=old_tests.RULE, safety="review", reason=verdict.reason)

    def _not_read(self, site: Site) -> Outcome | None:
        path = site.location.path
        if path in self.python.failures:
            return Outcome(site=site, status="failed", reason=self.python.failures[path])
        if path not in self.modules:
            other = SCRIPT if path.endswith(SCRIPTS) else "not a Python module that goes along"
            reason = self.left_behind.get(path, other)
            return Outcome(site=site, status="skipped", reason=reason)
        return None

    def _in_code(self, site: Site) -> Outcome:
        record = settled_by(self.python.settled, site)
        if record is not None:
            return Outcome(
                site=site, status=record.status, reason=record.reason, rule=record.rule, safety=record.safety
            )
        if site.kind == "store_use":
            return Outcome(site=site, status="skipped", reason=self._why_table_stays(site))
        return Outcome(site=site, status="marked", rule=management_client.RULE, reason=UNKNOWN, safety="manual")

    def _handler(self, site: Site) -> Outcome:
        handler = next(handler for handler in self.inventory.handlers if _is_of(handler, site))
        kinds = {trigger.kind for trigger in handler.triggers}
        missing = handler.path not in self.modules and handler.language == "python"
        problem = self.python.failures.get(handler.path) or handler.problem or f"{handler.path} is missing"
        levels = [level for level in self.levels if level.handler == handler.id]
        not_served = levels[0].reason if levels and all(level.level is None for level in levels) else ""
        pushes = handler in outside_pushers(self.inventory)
        reasons: tuple[tuple[bool, Status, str], ...] = (
            (handler.id in self.others, "skipped", self.others.get(handler.id, "")),
            (handler.language != "python", "skipped", self._foreign(handler)),
            (missing or handler.problem is not None, "failed", problem),
            (not kinds & INSIDE and not pushes, "skipped", ELSEWHERE),
            (not_served != "", "skipped", not_served),
        )
        for applies, status, reason in reasons:
            if applies:
                return Outcome(site=site, status=status, reason=reason)
        if not kinds & INSIDE:
            return Outcome(site=site, status="rewritten", rule=PUSH_OVER_HTTP.name, safety="review", reason=OVER_HTTP)
        if not levels:
            return self._authorizer(site)
        worst = next((found for found in levels if found.level != "native"), levels[0])
        rule = native_endpoint.RULE if worst.level == "native" else MOUNTING.name
        return Outcome(site=site, status="rewritten", rule=rule, safety="safe", level=worst.level, reason=worst.reason)

    def _authorizer(self, site: Site) -> Outcome:
        found = self.python.authorizer
        native = found is not None and found.native
        level: Level = "native" if native else "transport"
        rule = native_authorizer.RULE if native else AUTHORIZER.name
        reason = "called by a FastAPI dependency in sse_service/security.py"
        if found is not None:
            reason = found.reason if native else f"{reason}: {found.reason}"
        return Outcome(site=site, status="rewritten", rule=rule, safety="safe", level=level, reason=reason)

    def _foreign(self, handler: Handler) -> str:
        stays = f"{handler.language} handlers are not migrated"
        if handler.language == "other":
            stays = handler.problem or "its runtime is not read"
        api = next((api for api in self.inventory.apis if handler.id in {route.handler for route in api.routes}), None)
        return f"{stays}; {meanwhile(self.inventory, api)}" if api is not None else stays

    def _why_table_stays(self, site: Site) -> str:
        for table in self.python.tables:
            if table.reason and any(use.location == site.location for use in table.store.uses):
                return f"the table stays: {table.reason}"
        return "the table stays"


def unsettled(inventory: Inventory, modules: frozenset[str], settled: list[Settled]) -> Iterator[tuple[Site, str]]:
    """Sites in modules that no rule has settled: they get a comment in the code."""
    for site in sites(inventory):
        is_code = site.kind in {"management_client", "push"} and site.location.path in modules
        if is_code and settled_by(settled, site) is None:
            yield site, UNKNOWN


def settled_by(settled: list[Settled], site: Site) -> Settled | None:
    """The innermost record of the site's kind that covers its place."""
    covering = [record for record in settled if record.kind == site.kind and record.covers(site.location)]
    return max(covering, key=lambda record: (record.start, tuple(-n for n in record.end)), default=None)


def left_behind_by_path(behind: list[LeftBehind], paths: list[str]) -> dict[str, str]:
    """For each path the reason for which it, or a folder above it, stays behind."""
    found: dict[str, str] = {}
    for path in paths:
        for item in behind:
            if path == item.path or (item.path.endswith("/") and path.startswith(item.path)):
                found[path] = f"stays behind: {item.reason}"
    return found


def _is_of(handler: Handler, site: Site) -> bool:
    where = handler.location or handler.declared_in
    same_place = where == site.location if where is not None else handler.path == site.location.path
    return same_place and site.summary.startswith(f"{handler.function} serves")
