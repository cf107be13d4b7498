"""When things are due: phases from the first day of the checklist, or as the team says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from checklists.catalogue.load import Catalogue
from checklists.dates import add_months
from checklists.errors import SettingInvalid
from checklists.history.pace import deadline, needed_per_week
from checklists.model import Entry
from checklists.phases import PHASES, Phase, PhaseName
from checklists.settings import ChecklistSettings


def phase_dates(catalogue: Catalogue, settings: ChecklistSettings, start: date) -> dict[PhaseName, date]:
    """The last day of each phase, in order. A phase that the team gives no date ends no sooner than the one before it.

    Raises SettingInvalid where the team gives dates in the wrong order.
    """
    dates: dict[PhaseName, date] = {}
    latest, latest_said = date.min, None
    for name in PHASES:
        plan, said = catalogue.plan[name], settings.phases.get(name)
        if said is not None:
            if latest_said is not None and said < settings.phases[latest_said]:
                problem = f"{said} is before the end of {latest_said} ({settings.phases[latest_said]})"
                raise SettingInvalid(settings.path, f"checklist.phases.{name}", problem)
            dates[name], latest_said = said, name
        else:
            dates[name] = max(latest, add_months(start, plan.months) + timedelta(days=plan.days))
        latest = dates[name]
    return dates


def phases(
    catalogue: Catalogue,
    dates: Mapping[PhaseName, date],
    entries: Sequence[Entry],
    today: date,
    observed: float | None,
) -> tuple[Phase, ...]:
    """`observed`: items a week, of the whole list; None when no pace is known."""
    found = []
    before = 0
    for number, name in enumerate(PHASES, start=1):
        own = [entry for entry in entries if entry.item.phase == name and entry.applies]
        done = sum(entry.settled for entry in own)
        remaining = len(own) - done
        before += remaining
        due = dates[name]
        open_ = remaining and today <= due
        found.append(
            Phase(
                name=name,
                number=number,
                stage=catalogue.plan[name].stage,
                title=catalogue.plan[name].title,
                due=due,
                done=done,
                total=len(own),
                overdue=sum(entry.overdue_days > 0 for entry in own),
                deadline=deadline(remaining, before, due, today, observed),
                needed_per_week=needed_per_week(before, due, today) if open_ else None,
                observed_per_week=observed,
            )
        )
    return tuple(found)
