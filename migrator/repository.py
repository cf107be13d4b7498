"""A folder that somebody names -> one plan, whether it holds one application or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from migrator.errors import ApplicationEmpty, RewriteInvalid, WsSseError, meant
from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.model import Api, Inventory
from migrator.inventory.outcome import Account, Outcome, Site
from migrator.inventory.sites import sites
from migrator.rewrite import FileEdit, LeftBehind, Plan, plan_migration
from migrator.rewrite.report_markdown import markdown_report
from migrator.rewrite.result import result_of
from migrator.rewrite.scope import EVERYTHING, Scope
from migrator.scan import scan_application

OUTSIDE: Final = "belongs to no application here"
OVERVIEW: Final = "MIGRATION.md"


class UnknownApi(WsSseError):
    """Raised for an API that is not there, or a name that several have."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(name, known)

    def __str__(self) -> str:
        return f"There is no API that only {self.name} means. {meant(self.name, self.known)}"


def plan_repository(app: Path, inventory: Inventory, api: str | None = None, scope: Scope = EVERYTHING) -> Plan:
    """`inventory`: of the whole folder. `api`: id or name of the one to migrate; with several applications also
    '<folder>/<id>'. None for all applications, and of each the API with the most routes in Python.

    With one API the plan is that of its application alone, as if its folder had been named. Raises UnknownApi,
    ApplicationEmpty, AccountDoesNotClose, or RewriteInvalid.
    """
    if not inventory.applications:
        return plan_migration(app, inventory, None if api is None else _chosen(inventory.apis, api), scope)
    scanned = {
        part.folder: scan_application(app / part.folder, inventory.selection.below(part.folder))
        for part in inventory.applications
    }
    if api is None:
        plans = {folder: _planned(app / folder, own, scope) for folder, own in scanned.items()}
        return _together(app, inventory, plans)
    known = {f"{folder}/{found.id}": (folder, found) for folder, own in scanned.items() for found in own.apis}
    fitting = [name for name, (_folder, found) in known.items() if api in {name, found.id, found.name}]
    if len(fitting) != 1:
        raise UnknownApi(api, tuple(known))
    folder, chosen = known[fitting[0]]
    return plan_migration(app / folder, scanned[folder], chosen, scope)


def _chosen(apis: Iterable[Api], name: str) -> Api:
    apis = tuple(apis)
    fitting = [found for found in apis if found.id == name] or [found for found in apis if found.name == name]
    if len(fitting) != 1:
        raise UnknownApi(name, tuple(dict.fromkeys(word for found in apis for word in (found.id, found.name))))
    return fitting[0]


def _planned(app: Path, inventory: Inventory, scope: Scope) -> Plan:
    """An application that can't be planned has failed, site by site; the others go on."""
    try:
        return plan_migration(app, inventory, scope=scope)
    except (RewriteInvalid, ApplicationEmpty) as error:
        found = sites(inventory)
        failed = tuple(Outcome(site=site, status="failed", reason=str(error)) for site in found)
        return Plan(app, (), (), (), Account(found=found, outcomes=failed), (), ())


def _together(app: Path, inventory: Inventory, plans: dict[str, Plan]) -> Plan:
    moved = [_below(folder, plan) for folder, plan in plans.items()]
    outside = tuple(site for site in sites(inventory) if not _is_below(site.location.path, plans))
    skipped = tuple(Outcome(site=site, status="skipped", reason=OUTSIDE) for site in outside)
    found = [site for plan in moved for site in plan.account.found]
    outcomes = [outcome for plan in moved for outcome in plan.account.outcomes]
    plan = Plan(
        application=app,
        edits=tuple(edit for part in moved for edit in part.edits),
        copies=tuple(path for part in moved for path in part.copies),
        left_behind=(*_outside_files(app, plans), *(item for part in moved for item in part.left_behind)),
        account=Account(found=(*found, *outside), outcomes=(*outcomes, *skipped)),
        routes=tuple(route for part in moved for route in part.routes),
        findings=tuple(finding for part in moved for finding in part.findings),
        by_route=tuple(row for part in moved for row in part.by_route),
        unknown_senders=UnknownSenders(
            clients=sum(part.unknown_senders.clients for part in moved),
            clients_done=sum(part.unknown_senders.clients_done for part in moved),
        ),
        left=" ".join(part.left or "" for part in moved) if all(part.left for part in moved) else None,
    )
    overview = FileEdit(OVERVIEW, None, markdown_report(result_of(plan)))
    return replace(plan, edits=tuple(sorted((*plan.edits, overview), key=lambda edit: edit.path)))


def _below(folder: str, plan: Plan) -> Plan:
    """The same plan, told from the folder of the repository."""

    def at(path: str) -> str:
        return f"{folder}/{path}"

    def row(route: RoutePlan) -> RoutePlan:
        handler = at(route.handler) if route.handler else None
        return route.model_copy(update={"api": at(route.api), "handler": handler})

    account = Account(
        found=tuple(_site_below(folder, site) for site in plan.account.found),
        outcomes=tuple(
            outcome.model_copy(update={"site": _site_below(folder, outcome.site)}) for outcome in plan.account.outcomes
        ),
    )
    return replace(
        plan,
        edits=tuple(replace(edit, path=at(edit.path)) for edit in plan.edits),
        copies=tuple(at(path) for path in plan.copies),
        left_behind=tuple(replace(item, path=at(item.path)) for item in plan.left_behind),
        account=account,
        routes=tuple(replace(level, api=at(level.api), handler=at(level.handler)) for level in plan.routes),
        findings=tuple(replace(finding, path=at(finding.path)) for finding in plan.findings),
        by_route=tuple(row(route) for route in plan.by_route),
    )


def _site_below(folder: str, site: Site) -> Site:
    place = site.location.model_copy(update={"path": f"{folder}/{site.location.path}"})
    return site.model_copy(update={"location": place})


def _outside_files(app: Path, folders: Iterable[str]) -> Iterator[LeftBehind]:
    """What lies beside the applications: whole folders where nothing of an application is in them."""
    roots = [PurePosixPath(folder) for folder in folders]
    above = sorted({parent for root in roots for parent in root.parents})
    for parent in above:
        for entry in sorted((app / parent).iterdir()):
            path = parent / entry.name
            if path not in roots and path not in above:
                is_folder = entry.is_dir() and not entry.is_symlink()
                yield LeftBehind(f"{path.as_posix()}/" if is_folder else path.as_posix(), OUTSIDE)


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)
