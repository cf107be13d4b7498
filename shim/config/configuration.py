"""Layers of settings, laid over one another: what is in force, and where each value came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_origin

from shim.config.errors import SettingInvalid, SettingMissing
from shim.config.layers import Given, Layer
from shim.config.sections import Section
from shim.config.setting import SETTINGS, Setting
from shim.config.settings import ShimSettings
from shim.redaction import one_line, redact

DEFAULT: Final = "default"
HIDDEN: Final = "********"


@dataclass(frozen=True, slots=True)
class Configuration:
    """`values` and `origins` by key. Optional sections of which nothing was given are not in them."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    settings: Section
    """The same values, as `ShimSettings`."""

    def section(self, path: str) -> Section | None:
        """None for an optional section that was not given."""
        found: Any = self.settings
        for name in path.split("."):
            found = None if found is None else getattr(found, name)
        return found  # type: ignore[no-any-return]


def configuration_of(layers: Iterable[Layer]) -> Configuration:
    """Later layers win. Raises SettingInvalid, or SettingMissing for what an optional section has to have."""
    given: dict[str, Given] = {}
    for layer in layers:
        given.update(layer)
    read = {key: _read(SETTINGS[key], one) for key, one in given.items()}
    sections = {SETTINGS[key].section for key in given}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key, setting in SETTINGS.items():
        if key in read:
            values[key] = read[key]
            origins[key] = given[key].origin
        elif setting.section is None or setting.section in sections:
            if setting.default is ...:
                raise SettingMissing(key, f"[{setting.section}]")
            values[key] = setting.default
            origins[key] = DEFAULT
    return Configuration(values, origins, ShimSettings.model_validate(_nested(values)))


def is_hidden(setting: Setting, value: Any) -> bool:  # noqa: ANN401 - whatever a setting holds
    """Whether it is a secret, or has one in it, such as the query string of an address."""
    if not value:
        return False
    text = json.dumps(plain(value), ensure_ascii=False)
    return setting.secret or redact(text) != text


def shown(setting: Setting, value: Any) -> str:  # noqa: ANN401 - whatever a setting holds
    """For people, and on one line."""
    if is_hidden(setting, value):
        return HIDDEN
    if value is None:
        return "none"
    value = plain(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a setting holds
    """As JSON and TOML have it. What is None within a table is left out."""
    if isinstance(value, Section):
        return plain({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    return str(value) if isinstance(value, Path) else value


def _read(setting: Setting, given: Given) -> Any:  # noqa: ANN401 - whatever a setting holds
    """Raises SettingInvalid."""
    try:
        value = _of_text(setting, given.value) if given.text else _of_value(setting, given.value)
        if isinstance(value, Path):
            return (given.base or Path()).joinpath(value.expanduser()).resolve()
    except (ValueError, RuntimeError) as error:  # of pydantic, of JSON, of a path that can't be one
        found = HIDDEN if setting.secret else one_line(json.dumps(given.value, ensure_ascii=False, default=str), 80)
        raise SettingInvalid(given.origin, setting.key, found, setting.allowed) from error
    return value


def _of_value(setting: Setting, value: Any) -> Any:  # noqa: ANN401 - whatever TOML has
    """Types are as in JSON: a number is not a text."""
    if value is None:
        return setting.adapter.validate_python(None)
    return setting.adapter.validate_json(json.dumps(plain(value), default=_not_json), strict=True)


def _of_text(setting: Setting, text: str) -> Any:  # noqa: ANN401 - whatever a setting holds
    """Lists and tables are JSON; lists of texts may have commas instead. Empty is none, where that is allowed."""
    if setting.may_be_none and not text:
        return None
    container = get_origin(setting.kind)
    if container in {tuple, frozenset} and not text.lstrip().startswith("["):
        return _of_value(setting, [part.strip() for part in text.split(",") if part.strip()])
    if container in {tuple, frozenset, dict}:
        return _of_value(setting, json.loads(text or "{}"))
    return setting.adapter.validate_strings(text)


def _not_json(value: object) -> str:
    raise ValueError(f"{type(value).__name__} is no value of a setting")


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        *tables, name = key.split(".")
        table = nested
        for one in tables:
            table = table.setdefault(one, {})
        table[name] = value
    return nested
