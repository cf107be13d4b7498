"""Puts a checklist together from everything that lies around an application, for the commands that show or send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

import click

import checklists
from checklists.cost.prices import load_prices
from checklists.cost.settings import cost_settings
from checklists.facts import seen_now
from checklists.git_history import commit_of
from checklists.history.file import read_history
from checklists.idle.callers import callers_in
from checklists.live import Seen
from checklists.looking import look, window_of
from migrator.commands.checklist_cost import LIST_PRICES, AskedCost, bills_of
from migrator.commands.checklist_sources import (
    checklist_settings,
    outages_of,
    owners_of,
    previous_document,
    ratchet_of,
    removals_of,
    verify_report,
)
from migrator.commands.checklist_survey import Asked, estate_of
from migrator.commands.options import FILE_PATH, Function, with_options
from migrator.console import say
from migrator.isolation import isolated
from migrator.scan import scan_application

MARKDOWN = "checklist.md"


@dataclass(frozen=True)
class Built:
    checklist: checklists.Checklist
    seen: tuple[Seen, ...]
    """What a survey saw; empty without one."""
    now: datetime


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is not a date; give one as 2026-11-22", param, ctx)


_OPTIONS = (
    click.option(
        "--verify",
        "verify_path",
        type=FILE_PATH,
        help="Report of a dual run. Default: the last one that was recorded in APP.",
    ),
    click.option(
        "--started",
        type=Day(),
        help="First day of the migration, from which deadlines count. Default: the recorded one, or today.",
    ),
    click.option("--today", type=Day(), help="The day as of which it is judged. Default: today."),
)


def judging_options(function: Function) -> Function:
    """`--verify`, `--started` and `--today`."""
    return with_options(function, *_OPTIONS)


def build_checklist(
    app: Path,
    *,
    previous: Path | None,
    verify: Path | None,
    started: date | None,
    today: date | None,
    asked: Asked,
    asked_cost: AskedCost = LIST_PRICES,
) -> Built:
    """`previous`: the Markdown that people tick and write in; None without one, and it need not be there."""
    settings = checklist_settings(app)
    history = read_history(app)
    before = previous_document(previous) if previous else None
    begun = before is not None or bool(history.runs)
    inventory = isolated(partial(scan_application, app, may_be_empty=begun))
    if history.cut:
        say(f"The last line of {history.path} is cut off, and left out.")
    target = cost_settings(app)
    prices = load_prices(asked_cost.prices)
    callers = callers_in(asked.access_log) if asked.access_log else ()
    real = datetime.now(UTC)
    now = datetime.combine(today, time(23, 59, 59), UTC) if today and today != real.date() else real
    estate = estate_of(asked, window=window_of(settings), now=real, region=inventory.region)
    bills = bills_of(asked_cost, asked, estate, target, now=real, window=window_of(settings))
    live = None
    if estate:
        live = look(
            estate,
            inventory,
            settings=settings,
            now=now,
            runs=history.runs,
            target=target,
            prices=prices,
            bills=bills,
            callers=callers,
        )
    report, stale = verify_report(app, verify, inventory)
    built = checklists.build(
        inventory,
        verify=report,
        verify_stale=stale,
        previous=before,
        today=today or datetime.now().astimezone().date(),
        started=started,
        now=now,
        settings=settings,
        live=live,
        runs=history.runs,
        ratchet=ratchet_of(app),
        removals=removals_of(app, inventory),
        outages=outages_of(app),
        owners=owners_of(app, inventory),
        git=commit_of(app),
    )
    return Built(built, seen_now(live) if live else (), now)
