"""Puts a checklist together: catalogue, facts, evidence, people's words, status."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from checklists import catalogue, document, status
from checklists.dates import add_months
from checklists.errors import StartAlreadyRecorded
from checklists.facts import Facts, measure
from checklists.model import Baseline, Checklist, Entry, Words
from checklists.phases import Phase, PhaseName
from checklists.probes import examine
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
) -> Checklist:
    """The checklist of an application as of `today`.

    `verify`: the last verify report; None when there is none. `verify_stale`: a source file is newer than it.
    `previous`: the existing Markdown checklist, decoded without translating line ends; None for the first one.
    `started`: the first day; None means the recorded one, or today for the first checklist.
    Raises DocumentDamaged or StartAlreadyRecorded; then nothing may be overwritten.
    """
    start, baseline, words = _history(inventory, previous, today, started)
    report, problem = _report(verify)
    facts = Facts(inventory, report, problem, verify_stale, baseline, today)
    entries = _entries(facts, start, words)
    known = {entry.item.id for entry in entries}
    return Checklist(
        application=inventory.application,
        as_of=today,
        started=start,
        baseline=baseline,
        sites=facts.site_count,
        phases=_phases(entries, start),
        entries=entries,
        carried=tuple(kept for kept in words.values() if kept.id not in known and kept.worth_keeping),
    )


def _history(
    inventory: Inventory, previous: str | None, today: date, started: date | None
) -> tuple[date, Baseline, dict[str, Words]]:
    if previous is None:
        return started or today, measure(inventory), {}
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


def _entries(facts: Facts, start: date, words: dict[str, Words]) -> tuple[Entry, ...]:
    items = catalogue.items(facts.inventory)
    evidence = {item.id: examine(item, facts) for item in items}
    held = {item.id: words.get(item.id, Words(id=item.id)) for item in items}
    done = {item.id for item in items if status.is_done(item, evidence[item.id], held[item.id])}
    entries = []
    for item in items:
        found, said = evidence[item.id], held[item.id]
        blocked_by = () if item.id in done else tuple(needed for needed in item.depends_on if needed not in done)
        state, reason = status.derive(item, found, said, blocked_by)
        due = _due(start, item.phase)
        entries.append(
            Entry(
                item=item,
                evidence=found,
                words=status.settled(item, found, said),
                due=due,
                status=state,
                reason=reason,
                blocked_by=blocked_by,
                owner=said.owner,
                owner_source="document" if said.owner else "",
                overdue_days=0 if item.id in done else max(0, (facts.today - due).days),
            )
        )
    return tuple(entries)


def _phases(entries: tuple[Entry, ...], start: date) -> tuple[Phase, ...]:
    phases = []
    for number, (name, (stage, title, _, _)) in enumerate(catalogue.PLAN.items(), start=1):
        own = [entry for entry in entries if entry.item.phase == name]
        due = _due(start, name)
        phases.append(
            Phase(
                name=name,
                number=number,
                stage=stage,
                title=title,
                due=due,
                done=sum(entry.done for entry in own),
                total=len(own),
                overdue=sum(entry.overdue_days > 0 for entry in own),
            )
        )
    return tuple(phases)


def _due(start: date, phase: PhaseName) -> date:
    _, _, months, days = catalogue.PLAN[phase]
    return add_months(start, months) + timedelta(days=days)
