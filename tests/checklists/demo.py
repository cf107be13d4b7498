"""examples/chat in the middle of its migration: its account in the fake, a survey, and fourteen weeks of recorded runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from checklists import Checklist, build, render_markdown
from checklists.aws.access import AccountAccess
from checklists.aws.survey import survey
from checklists.facts import Live, seen_now
from checklists.history.model import Run, run_of
from checklists.looking import look, window_of
from checklists.settings import ChecklistSettings, WaiverEntry
from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates.chat import chat
from tests.awsfake.estates.shared import shared
from tests.awsfake.world import REGION
from tests.running import CHAT

WEEKS: Final = 14
A_DAY: Final = 4_000
"""Visits for each fourteenth of the clients."""

ROUTES: Final = ("$connect", "$disconnect", "$default", "chat", "ping")

TICKED: Final[dict[int, tuple[str, ...]]] = {
    0: ("DEV-NEW-ON-SSE", "OPS-COST-BASELINE"),
    1: ("INFRA-INVENTORY",),
    2: ("INFRA-MATCH",),
    3: ("DEV-SSE-ENDPOINT", "DEV-REST-ENDPOINTS"),
    4: ("DEV-REPLACE-HANDLERS", "INFRA-TARGET"),
    5: ("DEV-REPLACE-SENDS",),
    6: ("DEV-ERROR-HANDLING", "INFRA-PLAN-API", "INFRA-PLAN-TABLE"),
    7: ("INFRA-PLAN-FUNCTIONS", "OPS-DASHBOARDS"),
    8: ("DEV-UPDATE-TESTS", "OPS-RUNBOOK"),
    10: ("DEV-UPDATE-CLIENTS", "OPS-NOTIFY-SUPPORT"),
    11: ("OPS-NOTIFY-CUSTOMERS", "INFRA-LOG-RETENTION"),
    13: ("DEV-UPDATE-DOCS", "OPS-ALARMS"),
}
"""Week -> what people ticked in it."""

OWNERS: Final = {
    "": "@chat-team",
    "handlers.py": "@chat-team",
    "web/app.js": "@web-team",
    "serverless.yml": "@platform",
}


@dataclass
class Team:
    """What people and machines did from week to week."""

    inventory: Inventory
    start: date
    settings: ChecklistSettings
    runs: list[Run] = field(default_factory=list)
    document: str | None = None

    def week(self, number: int, now: datetime, live: Live | None = None) -> Checklist:
        built = build(
            self.inventory,
            verify=_report(number, now),
            previous=self.document,
            today=now.date(),
            started=None if self.document else self.start,
            now=now,
            settings=self.settings,
            live=live,
            runs=self.runs,
            owners=OWNERS,
            git="4f1c2a9be07d",
        )
        self.document = render_markdown(built)
        for item in TICKED.get(number, ()):
            self.document = _ticked(self.document, item)
        self.runs.append(run_of(built, seen_now(live) if live else (), now))
        return built


def demo() -> Checklist:
    """As of the fourteenth week. Takes a minute: the whole account is surveyed each week."""
    with fake_aws(page_size=100) as aws:
        built = chat(aws, stage="prod")
        shared(built)
        aws.clock.advance(days=500)
        start = aws.clock.now().date()
        settings = _settings(start)
        team = Team(scan_application(CHAT), start, settings)
        for week in range(WEEKS):
            team.week(week, aws.clock.now(), live=_look(aws, team))
            for day in range(7 * week, 7 * week + 7):
                left = max(0, 14 - max(0, day - 50) // 3)
                if left and day % 9 != 4:
                    aws.traffic.visit(built.api, built.stage, times=left * A_DAY, messages=8)
                aws.clock.advance(days=1)
        aws.traffic.visit(built.api, built.stage, times=2, authorized=False)
        aws.clock.advance(minutes=10)
        return team.week(WEEKS, aws.clock.now(), live=_look(aws, team))


def _look(aws: FakeAws, team: Team) -> Live:
    now = aws.clock.now()
    window = window_of(team.settings)
    estate = survey([AccountAccess(aws.session())], [REGION], window=window, now=now)
    return look(estate, team.inventory, settings=team.settings, now=now, runs=team.runs)


def _settings(start: date) -> ChecklistSettings:
    waived = WaiverEntry(
        item="DEV-OLD-APPS",
        reason="The kiosk of the partner is exchanged in winter; it goes through the bridge until then.",
        approved_by="Jo (head of product)",
        granted_at=start + timedelta(weeks=8),
        expires=start + timedelta(weeks=18),
        ticket="CHAT-217",
    )
    return ChecklistSettings(waivers=(waived,))


def _report(week: int, now: datetime) -> dict[str, Any] | None:
    """A dual run passes from the sixth week on, but for one route that is right since the tenth."""
    if week < 6:
        return None
    right = [route for route in ROUTES if route != "ping" or week >= 10]
    routes = {
        route: {
            "verdict": "PASS" if route in right else "FAIL",
            "messages": 212,
            "differences": 0 if route in right else 3,
        }
        for route in ROUTES
    }
    return {
        "schema_version": 1,
        "verdict": "PASS" if len(right) == len(ROUTES) else "FAIL",
        "application": "tenant-chat",
        "finished_at": now.isoformat(),
        "sessions": 64,
        "routes": routes,
        "differences": [] if len(right) == len(ROUTES) else [{"class": "missing"}] * 3,
        "reasons": [],
    }


def _ticked(document: str, item: str) -> str:
    lines = [
        line.replace("- [ ]", "- [x]", 1) if f"<!-- item:{item} " in line else line for line in document.split("\n")
    ]
    return "\n".join(lines)
