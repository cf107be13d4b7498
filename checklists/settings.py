"""`[checklist]` of `ws2sse.toml`: what a team changes about its checklist, and what its people say there.

[checklist]
business_cycle_days = 31
[checklist.phases]
cutover = 2027-03-01
[checklist.items.OPS-RUNBOOK]
owner = "@night-shift"
[[checklist.new]]
id = "ACME-AUDIT"
...
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from checklists.catalogue.entry import ItemEntry
from checklists.errors import SettingInvalid
from checklists.phases import PHASES, PhaseName
from checklists.tables import check_name, read_table, read_tables
from migrator.inventory.record import Record
from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of a file of settings: it comes with the application, and nobody has looked at that yet."""


class ItemChange(Record):
    """What a team says differently of an item that is in the catalogue; None leaves it as it is."""

    title: str | None = None
    owner: str | None = None
    phase: PhaseName | None = None
    due: date | None = None
    action: str | None = None
    undo: str | None = None
    depends_on: tuple[str, ...] | None = None
    valid_days: int | None = Field(default=None, ge=1)
    not_applicable: str | None = Field(default=None, min_length=1, description="the reason why it need not be done")


class WaiverEntry(Record):
    item: str
    reason: str = Field(min_length=1)
    approved_by: str = Field(min_length=1)
    granted_at: date
    expires: date = Field(description="the last day on which it holds")
    ticket: str = ""


class Answer(Record):
    """A person's word on an item: it stands for a tick, and says who and when."""

    item: str
    answer: Literal["yes", "no"]
    by: str = Field(min_length=1)
    on: date
    words: str = ""


class NewPath(Record):
    """What watches the new path, by names; `*` stands for anything."""

    alarms: tuple[str, ...] = ()
    dashboards: tuple[str, ...] = ()


class ChecklistSettings(Record):
    path: Path = Field(default=Path("ws2sse.toml"), description="the file that they stand in, for sentences")
    business_cycle_days: int = Field(
        default=31, ge=1, le=455, description="the longest time after which everybody who uses the API has come once"
    )
    apis: tuple[str, ...] = Field(
        default=(), description="ids or names of the live APIs that go; empty: those that the files declare, else all"
    )
    phases: dict[PhaseName, date] = Field(default_factory=dict, description="when they have to be finished")
    items: dict[str, ItemChange] = Field(default_factory=dict, description="by id; of many items alike by their stem")
    new: tuple[ItemEntry, ...] = ()
    waivers: tuple[WaiverEntry, ...] = ()
    answers: tuple[Answer, ...] = ()
    new_path: NewPath = NewPath()


_KEYS: Final = (*(name for name in ChecklistSettings.model_fields if name != "path"), "file")
_OWN_READING: Final = ("phases", "items", "new", "waivers", "answers", "new_path")


def settings_from(path: Path, table: object, app: Path) -> ChecklistSettings:
    """`table`: what stands under `checklist` in the file at `path`; {} without it. It may name a `file` in the
    application that holds the same keys without that prefix. Raises SettingInvalid or NameUnknown."""
    if not isinstance(table, dict):
        raise SettingInvalid(path, "checklist", f"it is {table!r}, not a table")
    if "file" not in table:
        return _settings(path, "checklist", table)
    if len(table) > 1:
        other = next(key for key in table if key != "file")
        raise SettingInvalid(path, f"checklist.{other}", "checklist.file names a file; say this there")
    own = _inside(path, table["file"], app)
    return _settings(own, "", _toml(own))


def _settings(path: Path, key: str, table: dict[str, Any]) -> ChecklistSettings:
    prefix = f"{key}." if key else ""
    for name in table:
        check_name(path, prefix + name, "key", name, _KEYS)
    phases, items = table.get("phases", {}), table.get("items", {})
    for what, value in (("phases", phases), ("items", items)):
        if not isinstance(value, dict):
            raise SettingInvalid(path, prefix + what, f"it is {value!r}, not a table")
    for name in phases:
        check_name(path, f"{prefix}phases.{name}", "phase", name, PHASES)
    changed = {name: read_table(path, f"{prefix}items.{name}", one, ItemChange) for name, one in items.items()}
    plain = {name: value for name, value in table.items() if name not in _OWN_READING}
    read = read_table(path, key or "the file", {**plain, "path": path, "phases": phases}, ChecklistSettings)
    settings = read.model_copy(
        update={
            "items": changed,
            "new": read_tables(path, f"{prefix}new", table.get("new", []), ItemEntry),
            "waivers": read_tables(path, f"{prefix}waivers", table.get("waivers", []), WaiverEntry),
            "answers": read_tables(path, f"{prefix}answers", table.get("answers", []), Answer),
            "new_path": read_table(path, f"{prefix}new_path", table.get("new_path", {}), NewPath),
        }
    )
    _check_once(settings, f"{prefix}waivers", [waiver.item for waiver in settings.waivers])
    _check_once(settings, f"{prefix}answers", [answer.item for answer in settings.answers])
    for number, waiver in enumerate(settings.waivers, start=1):
        if waiver.expires < waiver.granted_at:
            where = f"{prefix}waivers[{number}].expires"
            raise SettingInvalid(path, where, f"it is {waiver.expires}, before it was granted ({waiver.granted_at})")
    return settings


def _check_once(settings: ChecklistSettings, key: str, ids: list[str]) -> None:
    doubled = next((one for one in ids if ids.count(one) > 1), None)
    if doubled:
        raise SettingInvalid(settings.path, key, f"{doubled} stands there more than once")


def _inside(path: Path, named: object, app: Path) -> Path:
    if not isinstance(named, str) or not named:
        raise SettingInvalid(path, "checklist.file", f"it is {named!r}, not a path")
    own = (app / named).resolve()
    if not own.is_relative_to(app.resolve()):
        raise SettingInvalid(path, "checklist.file", f"{named} lies outside of the application")
    return own


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_at_most(path, MAX_BYTES).decode())
    except FileTooLarge as error:
        raise SettingInvalid(path, "the file", str(error)) from None
    except OSError as error:
        raise SettingInvalid(path, "the file", f"it can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingInvalid(path, "the file", f"it is not TOML ({error})") from None
