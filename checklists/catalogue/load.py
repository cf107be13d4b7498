"""The catalogue of the product, and that of a team that says something differently."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from checklists.catalogue.entry import EachEntry, ItemEntry, PhaseEntry
from checklists.errors import DependencyCycle, SettingInvalid
from checklists.phases import PHASES, PhaseName
from checklists.probes import PROBES
from checklists.settings import ChecklistSettings
from checklists.tables import check_name, read_table, read_tables

_FOLDER: Final = Path(__file__).parent
_LISTS: Final = ("developer", "infrastructure", "operations")

Entry = TypeVar("Entry", bound=ItemEntry)


@dataclass(frozen=True)
class Catalogue:
    items: tuple[ItemEntry, ...]
    """Those of which there is one, in the order in which they are shown."""
    each: tuple[EachEntry, ...]
    """Those of which there is one for each thing."""
    plan: Mapping[PhaseName, PhaseEntry]

    @property
    def ids(self) -> tuple[str, ...]:
        return (*(entry.id for entry in self.items), *dict.fromkeys(entry.id for entry in self.each))


@cache
def shipped() -> Catalogue:
    """As the product has it."""
    items: list[ItemEntry] = []
    for name in _LISTS:
        path = _FOLDER / f"{name}.toml"
        table = _toml(path)
        tables = [{"audience": table["audience"], **one} for one in table["items"]]
        items.extend(read_tables(path, "items", tables, ItemEntry))
    each, plan = _FOLDER / "each.toml", _FOLDER / "plan.toml"
    phases = _toml(plan)
    catalogue = Catalogue(
        items=tuple(items),
        each=read_tables(each, "items", _toml(each)["items"], EachEntry),
        plan={name: read_table(plan, name, phases[name], PhaseEntry) for name in PHASES},
    )
    _check(_FOLDER, catalogue, "items")
    return catalogue


def catalogue_for(settings: ChecklistSettings) -> Catalogue:
    """The product's, with what the team says. Raises SettingInvalid, NameUnknown or DependencyCycle."""
    own = shipped()
    for name in settings.items:
        check_name(settings.path, f"checklist.items.{name}", "item", stem(name), own.ids)
    known = (*own.ids, *(entry.id for entry in settings.new))
    waived, answered = [one.item for one in settings.waivers], [one.item for one in settings.answers]
    for what, said in (("waivers", waived), ("answers", answered)):
        for number, name in enumerate(said, start=1):
            check_name(settings.path, f"checklist.{what}[{number}].item", "item", stem(name), known)
    _check_answers(settings, {entry.id for entry in (*own.items, *own.each, *settings.new) if entry.kind == "auto"})
    if not settings.items and not settings.new:
        return own
    for entry in settings.new:
        if entry.id in own.ids:
            where = f"checklist.new.{entry.id}"
            raise SettingInvalid(settings.path, where, "an item of this id is in the catalogue; change it under items")
    catalogue = Catalogue(
        items=(*(_changed(entry, settings) for entry in own.items), *settings.new),
        each=tuple(_changed(entry, settings) for entry in own.each),
        plan=own.plan,
    )
    _check(settings.path, catalogue, "checklist")
    return catalogue


def _check_answers(settings: ChecklistSettings, auto: set[str]) -> None:
    for number, answer in enumerate(settings.answers, start=1):
        if stem(answer.item) in auto:
            problem = f"evidence decides {answer.item}, so nobody can answer for it"
            raise SettingInvalid(settings.path, f"checklist.answers[{number}].item", problem)


def stem(item_id: str) -> str:
    """'INFRA-DELETE' of 'INFRA-DELETE/lambda/eu-west-1/…'."""
    return item_id.partition("/")[0]


def _changed(entry: Entry, settings: ChecklistSettings) -> Entry:
    change = settings.items.get(entry.id)
    if change is None:
        return entry
    said = change.model_dump(exclude={"due", "not_applicable"}, exclude_none=True)
    return entry.model_copy(update=said)


def _check(path: Path, catalogue: Catalogue, key: str) -> None:
    fixed = [entry.id for entry in catalogue.items]
    doubled = next((one for one in fixed if fixed.count(one) > 1), None)
    if doubled:
        raise SettingInvalid(path, key, f"there are two items {doubled}")
    for entry in (*catalogue.items, *catalogue.each):
        where = f"{key}.{entry.id}"
        if entry.probe is not None:
            check_name(path, f"{where}.probe", "probe", entry.probe, PROBES)
        if entry.kind == "auto" and entry.probe is None:
            raise SettingInvalid(path, where, "evidence decides an item of kind auto, so it needs a probe")
        for name in entry.depends_on:
            check_name(path, f"{where}.depends_on", "item", name, fixed)
        for name in entry.gates:
            check_name(path, f"{where}.gates", "item", name, fixed)
    _check_circles(path, {entry.id: (*entry.depends_on, *entry.gates) for entry in catalogue.items})


def _check_circles(path: Path, needs: Mapping[str, Iterable[str]]) -> None:
    settled: set[str] = set()
    for start in needs:
        trail: list[str] = []
        stack = [(start, iter(needs[start]))] if start not in settled else []
        while stack:
            name, rest = stack[-1]
            if not trail or trail[-1] != name:
                trail.append(name)
            following = next((one for one in rest if one not in settled), None)
            if following is None:
                settled.add(name)
                trail.pop()
                stack.pop()
            elif following in trail:
                raise DependencyCycle(path, tuple(trail[trail.index(following) :]))
            else:
                stack.append((following, iter(needs[following])))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
