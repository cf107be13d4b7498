"""`ws2sse.toml`, or `[tool.ws2sse]` of `pyproject.toml`, in the folder of an application."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import Field, ValidationError

from migrator.errors import ConfigurationInvalid, WsSseError, meant
from migrator.inventory.record import Record
from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of a file of settings: it comes with the application, and nobody has looked at that yet."""

ELSEWHERE: Final = frozenset({"checklist", "cost", "shim", "teardown", "verify"})
"""Tables that other commands read and check."""


class SettingUnknown(WsSseError):
    """Raised for a key that there is not."""

    def __init__(self, path: Path, key: str, known: tuple[str, ...]) -> None:
        self.path, self.key, self.known = path, key, known
        super().__init__(path, key, known)

    def __str__(self) -> str:
        return f"{self.path}: there is no setting {self.key}. {meant(self.key, self.known)}"


class ScanSettings(Record):
    include: tuple[str, ...] = Field(default=(), description="patterns of files to look at; empty for all")
    exclude: tuple[str, ...] = Field(default=(), description="patterns of files to leave out")
    baseline: str | None = Field(default=None, description="file of the ratchet, relative to the application's folder")


class MigrateSettings(Record):
    api: str | None = Field(default=None, description="id or name of the API to migrate")
    route: tuple[str, ...] = Field(default=(), description="routes that become native; empty for all")
    select: tuple[str, ...] = Field(default=(), description="of the rules that can be left out only these")
    ignore: tuple[str, ...] = Field(default=(), description="rules that are left out")


class Settings(Record):
    scan: ScanSettings = ScanSettings()
    migrate: MigrateSettings = MigrateSettings()


Model = TypeVar("Model", bound=Record)


def settings_of(app: Path) -> Settings:
    """Raises SettingUnknown or ConfigurationInvalid. A folder without such a file has the defaults."""
    path, table = configuration(app)
    own = {key: value for key, value in table.items() if key not in ELSEWHERE}
    _check_keys(path, "", own, Settings, also=ELSEWHERE)
    for name, model in (("scan", ScanSettings), ("migrate", MigrateSettings)):
        if isinstance(inner := own.get(name, {}), dict):
            _check_keys(path, f"{name}.", inner, model)
    try:
        return Settings.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigurationInvalid(path, key, repr(first["input"]), first["msg"]) from error


def configuration(app: Path) -> tuple[Path, dict[str, Any]]:
    """The file that holds it and its table; an empty one when there is none. Raises ConfigurationInvalid."""
    own = app / "ws2sse.toml"
    if own.is_file():
        return own, _toml(own)
    project = app / "pyproject.toml"
    if project.is_file():
        tools = _toml(project).get("tool", {})
        section = tools.get("ws2sse", {}) if isinstance(tools, dict) else {}
        return project, section if isinstance(section, dict) else {}
    return own, {}


def _check_keys(
    path: Path, prefix: str, table: dict[str, Any], model: type[Record], also: frozenset[str] = frozenset()
) -> None:
    known = tuple(sorted({*model.model_fields, *also}))
    for key in table:
        if key not in known:
            raise SettingUnknown(path, f"{prefix}{key}", tuple(f"{prefix}{name}" for name in known))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_at_most(path, MAX_BYTES).decode())
    except OSError as error:
        raise ConfigurationInvalid(path, "the file", f"not readable ({error.strerror})", "TOML") from None
    except (FileTooLarge, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationInvalid(path, "the file", f"not TOML ({error})", "TOML") from None
