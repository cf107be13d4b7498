"""What files, the environment and the command line say, as settings by key. Unknown ones are errors."""

from __future__ import annotations

import json
import logging
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from shim.config.errors import SecretOnCommandLine, SettingInvalid, SettingUnknown
from shim.config.setting import PREFIX, SECTIONS, SETTINGS
from shim.config.toml_files import Keys, read_toml

logger = logging.getLogger(__name__)

FILE: Final = "shim.toml"


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody gave. `text`: it is still to be read, from a variable or an option.

    `base`: what a relative path is relative to.
    """

    value: Any
    origin: str
    text: bool = False
    base: Path | None = None


Layer = Mapping[str, Given]


def shim_toml(path: Path) -> Layer:
    """Raises FileUnreadable, SettingUnknown or SettingInvalid."""
    table, lines = read_toml(path)
    return _of_table(table, path, (), lines)


def project_files(folder: Path) -> Layer:
    """`[shim]` of `ws2sse.toml`, or else `[tool.ws2sse.shim]` of `pyproject.toml`. Raises as `shim_toml`."""
    for name, keys in (("ws2sse.toml", ("shim",)), ("pyproject.toml", ("tool", "ws2sse", "shim"))):
        path = folder / name
        if not path.is_file():
            continue
        table, lines = read_toml(path)
        found: Any = table
        for key in keys:
            found = found.get(key, {}) if isinstance(found, dict) else {}
        if found:
            return _of_table(found, path, keys, lines)
    return {}


_PASSWORD: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*:[^/?#]*@")
"""An address with a password in it: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1"""

_OF_KUBERNETES: Final = re.compile(
    r"SHIM_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)"
)
"""What it puts into every pod beside a service that is named `shim`:
https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables"""


def environment(variables: Mapping[str, str]) -> Layer:
    """`SHIM_LIMITS__IDLE_S`: two underscores for a dot. Raises SettingUnknown."""
    known = {setting.variable: key for key, setting in SETTINGS.items()}
    layer = {}
    for name, value in variables.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known and _OF_KUBERNETES.fullmatch(name):
            continue
        if name not in known:
            raise SettingUnknown("the environment", name, tuple(get_close_matches(name, known, n=2)))
        layer[known[name]] = Given(value, name, text=True)
    return layer


def assignments(texts: tuple[str, ...], option: str) -> Layer:
    """`limits.idle_s=0`, as the command line has them. Raises SettingUnknown, SettingInvalid or
    SecretOnCommandLine."""
    layer = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals:
            raise SettingInvalid(option, text.strip(), "without a value", "KEY=VALUE")
        _known(key, option)
        if SETTINGS[key].secret or _PASSWORD.match(value.strip()):
            raise SecretOnCommandLine(key, SETTINGS[key].variable)
        layer[key] = Given(value.strip(), f"{option} {key}", text=True)
    return layer


def _of_table(table: Any, path: Path, root: Keys, lines: Mapping[Keys, int]) -> Layer:  # noqa: ANN401 - what TOML has
    def origin(key: str) -> str:
        line = lines.get((*root, *key.split(".")) if key else root)
        return str(path) if line is None else f"{path}:{line}"

    def walk(inner: Any, before: str) -> Iterator[tuple[str, Given]]:  # noqa: ANN401 - what TOML has
        if not isinstance(inner, dict):
            section = before.rstrip(".")
            raise SettingInvalid(origin(section), section or ".".join(root), json.dumps(inner, default=str), "a table")
        for name, value in inner.items():
            key = before + name
            if key in SECTIONS:
                yield from walk(value, f"{key}.")
            else:
                _known(key, origin(key))
                yield key, Given(value, origin(key), base=path.parent)

    layer = dict(walk(table, ""))
    if any(SETTINGS[key].secret for key in layer):
        _warn_of_readers(path)
    return layer


def _warn_of_readers(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        logger.warning("%s holds secrets and may be read by others than its owner (mode %03o)", path, mode)


def _known(key: str, where: str) -> None:
    """Raises SettingUnknown."""
    if key not in SETTINGS:
        raise SettingUnknown(where, key, _close(key))


def _close(key: str) -> tuple[str, ...]:
    name = key.rpartition(".")[2]
    elsewhere = [known for known in SETTINGS if known.rpartition(".")[2] == name]
    return tuple(elsewhere[:2] or get_close_matches(key, [*SETTINGS, *SECTIONS], n=2, cutoff=0.75))
