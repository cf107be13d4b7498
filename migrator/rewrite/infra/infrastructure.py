"""The infrastructure of an application in two steps: the new service in, and later the WebSocket API out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Inventory, Resource
from migrator.inventory.outcome import Outcome, Site
from migrator.rewrite.edit import InfraFile
from migrator.rewrite.infra.cdk import change_program
from migrator.rewrite.infra.cdk_program import LANGUAGES
from migrator.rewrite.infra.cloudformation import change_template
from migrator.rewrite.infra.pages import INFRA_ENV, INFRA_REMOVE
from migrator.rewrite.infra.patch import patch
from migrator.rewrite.infra.serverless import change_service
from migrator.rewrite.infra.task import STATEMENT, TABLES, StackChange, Task
from migrator.rewrite.infra.terraform import change_module
from migrator.rewrite.infra.yaml_document import CannotEdit

LATER_PATCH: Final = "migration/remove-websocket.patch"
FIRST_PATCH: Final = "migration/add-service.patch"
_LEAVES: Final = f"leaves in {LATER_PATCH}"
_INFORMED: Final = "it gets PUSH_URL and PUSH_TOKEN, to push to the new service"
_NOT_READ: Final = "infrastructure of this kind is not rewritten; nothing in AWS was changed"


@dataclass(frozen=True)
class Infrastructure:
    """`new` and `first`: path -> text of the first step; `later`: of the files that the later step changes."""

    task: Task
    changes: tuple[StackChange, ...]
    failed: Mapping[str, str]
    """Path -> why a file could not be edited at all."""

    @property
    def new(self) -> dict[str, str]:
        return {path: text for change in self.changes for path, text in change.new.items()}

    @property
    def first(self) -> dict[str, str]:
        return {path: text for change in self.changes for path, text in change.first.items()}

    @property
    def patches(self) -> dict[str, str]:
        """Path -> text of the patches that go along: the first step for the old application, the later for the new."""
        ours = dict(self.task.texts)
        first = patch(ours, self.first | self.new)
        later = patch(ours | self.first, {p: t for change in self.changes for p, t in change.later.items()})
        return {path: text for path, text in ((FIRST_PATCH, first), (LATER_PATCH, later)) if text}

    def files(self) -> tuple[InfraFile, ...]:
        found = []
        for change in self.changes:
            for path in change.paths:
                leaving = tuple(sorted(self._leaving(change, path)))
                ready = not change.refused
                reason = change.refused or (f"{len(leaving)} resources leave" if leaving else "nothing has to leave")
                found.append(
                    InfraFile(
                        path=path,
                        kind=change.kind,
                        ready=ready,
                        reason=reason,
                        service=next(iter(change.new), None),
                        resources=leaving,
                        notes=tuple(dict.fromkeys(change.notes)) if path == change.paths[0] else (),
                    )
                )
        return tuple(found)

    def _leaving(self, change: StackChange, path: str) -> set[str]:
        return {r.id for r in self.task.resources(path) if r.id in change.removed or self._goes_with_them(change, r)}

    def _goes_with_them(self, change: StackChange, resource: Resource) -> bool:
        return not change.refused and resource.type == STATEMENT and resource.use == "websocket_only"

    def outcome(self, site: Site) -> Outcome:
        """Of a site of the kind 'resource'."""
        resource = next(r for r in self.task.inventory.resources if r.id == site.name and r.location == site.location)
        change = next((change for change in self.changes if resource.location.path in change.paths), None)
        if change is None:
            failed = self.failed.get(resource.location.path)
            if failed is not None:
                return Outcome(site=site, status="skipped", reason=f"stays: {failed}", safety="manual")
            return Outcome(site=site, status="out_of_scope", reason=_NOT_READ)
        if resource.id in change.removed or self._goes_with_them(change, resource):
            return Outcome(site=site, status="rewritten", rule=INFRA_REMOVE.name, reason=_LEAVES)
        if resource.id in change.informed:
            return Outcome(site=site, status="rewritten", rule=INFRA_ENV.name, reason=_INFORMED, safety="review")
        return self._stays(site, resource, change)

    def _stays(self, site: Site, resource: Resource, change: StackChange) -> Outcome:
        if resource.use == "websocket_only" and change.refused:
            return Outcome(site=site, status="skipped", reason=f"stays: {change.refused}", safety="manual")
        if resource.use == "shared":
            reason = f"shared: {resource.reason}"
        elif resource.use == "unknown":
            reason = f"stays, since what it serves is not known: {resource.reason}"
        elif resource.type in TABLES:
            reason = f"the table stays: {self.task.tables.get(resource.id) or 'the new application may use it'}"
        else:
            reason = f"stays: {change.kept.get(resource.id, 'nothing in this file takes it out')}"
        return Outcome(site=site, status="skipped", reason=reason)


def plan_infrastructure(task: Task, everything: Inventory) -> Infrastructure:
    """`everything`: the inventory with the APIs that are not migrated; files that those are in stay as they are."""
    others = {api.location.path: api.name for api in everything.apis if api.id != task.api.id}
    changes: list[StackChange] = []
    failed: dict[str, str] = {}
    declared = {resource.location.path for resource in task.inventory.resources}
    # a serverless.yml takes the files that it includes with it
    for path in sorted(declared, key=lambda path: (_rule_for(path) is not change_service, path)):
        if path not in task.texts or any(path in change.paths for change in changes):
            continue
        if path in others:
            failed[path] = f"it declares another WebSocket API, {others[path]}"
            continue
        change_file = _rule_for(path)
        if change_file is None:
            continue
        try:
            changes.append(change_file(task, path))
        except CannotEdit as error:
            failed[path] = error.reason
    _wait_for_the_api(task, changes)
    return Infrastructure(task, tuple(changes), failed)


def _wait_for_the_api(task: Task, changes: list[StackChange]) -> None:
    """While the API stays, what serves it in other files stays too."""
    holder = next((change for change in changes if task.service_path in change.paths), None)
    if holder is None or not holder.refused:
        return
    for change in changes:
        if change is not holder and not change.refused and change.later:
            change.refused = f"the API stays: {holder.refused}"
            change.later, change.removed = {}, set()


def _rule_for(path: str) -> Callable[[Task, str], StackChange] | None:
    name, suffix = PurePosixPath(path).name, PurePosixPath(path).suffix
    if name.startswith("serverless."):
        return change_service if suffix in {".yml", ".yaml"} else None
    if suffix in LANGUAGES:
        return change_program
    if suffix == ".tf":
        return change_module
    if suffix in {".yml", ".yaml", ".json", ".template"}:
        return change_template
    return None
