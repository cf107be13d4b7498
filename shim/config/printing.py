"""`--print-config`: every value in force, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shim.config.configuration import HIDDEN, Configuration, is_hidden, plain, shown
from shim.config.setting import SETTINGS
from shim.toml_values import toml_value


def as_text(configuration: Configuration) -> str:
    """`key  value  origin`, in columns."""
    rows = []
    for key, value in configuration.values.items():
        rows.append((key, shown(SETTINGS[key], value) or "''", configuration.origins[key]))
    width = max(len(key) for key, _, _ in rows)
    middle = min(40, max(len(value) for _, value, _ in rows))
    return "".join(f"{key:<{width}}  {value:<{middle}}  {origin}\n" for key, value, origin in rows)


def as_json(configuration: Configuration) -> str:
    """Key -> `value` and `origin`."""
    told = {
        key: {
            "value": HIDDEN if is_hidden(SETTINGS[key], value) else plain(value),
            "origin": configuration.origins[key],
        }
        for key, value in configuration.values.items()
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_toml(configuration: Configuration) -> str:
    """May be used as `shim.toml`. Secrets and what is none are comments in it."""
    return "\n".join(_toml_lines(configuration)) + "\n"


def _toml_lines(configuration: Configuration) -> Iterator[str]:
    tables: dict[str, list[str]] = {}
    for key, value in configuration.values.items():
        table, _, name = key.rpartition(".")
        tables.setdefault(table, []).append(_toml_line(name, value, key, configuration.origins[key]))
    yield from tables.pop("", [])
    for table, lines in tables.items():
        yield ""
        yield f"[{table}]"
        yield from lines


def _toml_line(name: str, value: Any, key: str, origin: str) -> str:  # noqa: ANN401 - whatever a setting holds
    if is_hidden(SETTINGS[key], value):
        return f'# {name} = "{HIDDEN}"  # {origin}'
    if value is None:
        return f"# {name} is none  # {origin}"
    return f"{name} = {toml_value(plain(value))}  # {origin}"
