"""Puts a checklist together: catalogue, facts, evidence, people's words, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from checklists import document
from checklists.catalogue.items import items
from checklists.catalogue.load import catalogue_for
from checklists.deadlines import phase_dates, phases
from checklists.entries import entries
from checklists.errors import StartAlreadyRecorded
from checklists.facts import Facts, Live, Outage, Removal, measure
from checklists.history.model import Run
from checklists.history.pace import forecast, pace, points
from checklists.history.past import Past
from checklists.model import Baseline, Checklist, Words
from checklists.settings import ChecklistSettings
from checklists.surveyed import graph_of, named, survey_of, uses_worth_showing
from checklists.verify_report import VerifyReport, parse
from migrator.inventory.model import Inventory


def build(
    inventory: Inventory,
    *,
    verify: dict[str, Any] | None,
    verify_stale: bool = False,
    previous: str | None,
    today: date,
    started: date | None,
    now: datetime | None = None,
    settings: ChecklistSettings | None = None,
    live: Live | None = None,
    runs: Sequence[Run] = (),
    ratchet: str | None = None,
    removals: Sequence[Removal] = (),
    outages: Sequence[Outage] = (),
    owners: Mapping[str, str] | None = None,
    git: str = "",
) -> Checklist:
    """The checklist of an application as of `today`.

    `verify`: the last verify report; None when there is none. `verify_stale`: a source file is newer than it.
    `previous`: the existing Markdown checklist, decoded without translating line ends; None for the first one.
    `started`: the first day; None means the recorded one, or today for the first checklist.
    `now`: with a time zone, for the age of a survey; None: noon of `today`, UTC. `live`: None when AWS was not asked.
    `runs`: of the history. `ratchet`, `removals`, `outages`, `owners`: see Facts. `git`: commit of the application.
    Raises DocumentDamaged, StartAlreadyRecorded, SettingInvalid, NameUnknown or DependencyCycle; then nothing may be
    overwritten.
    """
    settings = settings or ChecklistSettings()
    start, baseline, words = _before(inventory, previous, today, started, runs)
    report, problem = _report(verify)
    facts = Facts(
        inventory,
        report,
        problem,
        verify_stale,
        baseline,
        today,
        live=live,
        now=now,
        past=Past(tuple(runs)),
        settings=settings,
        ratchet=ratchet,
        removals=tuple(removals),
        outages=tuple(outages),
        owners=owners or {},
    )
    catalogue = catalogue_for(settings)
    dates = phase_dates(catalogue, settings, start)
    found = items(inventory, catalogue, things=facts.seen, stages=facts.stages, savings=live.savings if live else {})
    listed = entries(found, facts, dates, words)
    remaining = sum(not entry.settled for entry in listed)
    history = points(runs)
    known = {entry.item.id for entry in listed}
    return Checklist(
        application=inventory.application,
        as_of=today,
        started=start,
        baseline=baseline,
        sites=facts.site_count,
        phases=phases(catalogue, dates, listed, today, pace(history, remaining, today)),
        entries=listed,
        carried=tuple(kept for kept in words.values() if kept.id not in known and kept.worth_keeping),
        git=git,
        survey=survey_of(live),
        history=history,
        forecast=forecast(history, remaining, today),
        cost=live.cost if live else None,
        idle=live.idle if live else (),
        fates=live.fates if live else (),
        uses=uses_worth_showing(live),
        graph=graph_of(live),
        named=named(live),
    )


def _before(
    inventory: Inventory, previous: str | None, today: date, started: date | None, runs: Sequence[Run]
) -> tuple[date, Baseline, dict[str, Words]]:
    """First day, baseline and people's words: of the document, else of the history, else of today."""
    if previous is None:
        first = runs[0] if runs else None
        return started or (first.started if first else today), first.baseline if first else measure(inventory), {}
    held = document.read(previous)
    if started and started != held.started:
        raise StartAlreadyRecorded(held.started, started)
    return held.started, held.baseline, {words.id: words for words in held.words}


def _report(verify: dict[str, Any] | None) -> tuple[VerifyReport | None, str]:
    if verify is None:
        return None, ""
    try:
        return parse(verify), ""
    except ValueError as error:
        return None, str(error)
