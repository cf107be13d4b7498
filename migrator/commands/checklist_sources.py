"""What `ws2sse checklist` reads beside the application's code: reports, the document before, settings, owners."""

from __future__ import annotations

from pathlib import Path

import checklists
from checklists.codeowners import codeowners
from checklists.facts import OF_SERVER, Outage, Removal
from checklists.git_history import removals
from checklists.settings import ChecklistSettings, settings_from
from checklists.teardown.store import begun_runs
from migrator.configuration import configuration, settings_of
from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from migrator.inventory.sites import sites
from migrator.state import last_verify_report, newest_source


def checklist_settings(app: Path) -> ChecklistSettings:
    """Raises SettingInvalid, NameUnknown or ConfigurationInvalid."""
    path, table = configuration(app)
    return settings_from(path, table.get("checklist", {}), app)


def previous_document(path: Path) -> str | None:
    """The existing document, line ends untouched; None where there is none."""
    if not path.exists():
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WsSseError(f"{path} can't be read ({error}). Nothing was overwritten.") from error


def verify_report(app: Path, given: Path | None, inventory: Inventory) -> tuple[dict[str, object] | None, bool]:
    """The report and whether a source file of the application is newer than it."""
    path = given or last_verify_report(app)
    if path is None:
        return None, False
    try:
        return checklists.read_verify_report(path), newest_source(app, inventory) > path.stat().st_mtime
    except OSError as error:
        raise WsSseError(f"{path} can't be read ({error.strerror or error}).") from error


def ratchet_of(app: Path) -> str | None:
    """The baseline that the settings name, where it is there."""
    named = settings_of(app).scan.baseline
    return named if named and (app / named).is_file() else None


def owners_of(app: Path, inventory: Inventory) -> dict[str, str]:
    """By path of a site, and by '' for the application: who owns it."""
    rules = codeowners(app)
    if not rules.rules:
        return {}
    paths = {site.location.path for site in sites(inventory)}
    paths |= {where.path for client in inventory.clients for where in client.set_in}
    paths |= {problem.location.path for problem in inventory.problems}
    return {path: rules.of(path) for path in ("", *sorted(paths))}


def outages_of(app: Path) -> tuple[Outage, ...]:
    """Those of the newest teardown. Raises what a run that can't be read raises."""
    runs = begun_runs(app)
    if not runs:
        return ()
    plan, done = runs[-1].plan, runs[-1].progress.done
    return tuple(
        Outage(step.brownout.api, step.brownout.minutes, done.get(step.id)) for step in plan.steps if step.brownout
    )


def removals_of(app: Path, inventory: Inventory) -> tuple[Removal, ...]:
    """Git is asked only when no server code is left: it may read the whole history."""
    return () if any(site.kind in OF_SERVER for site in sites(inventory)) else removals(app)
