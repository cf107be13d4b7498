"""Tables of TOML files, with the line of each key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from shim.bounded_files import FileTooLarge, read_at_most
from shim.config.errors import FileUnreadable

MAX_BYTES: Final = 4 * 1024 * 1024

Keys = tuple[str, ...]


def read_toml(path: Path) -> tuple[dict[str, Any], dict[Keys, int]]:
    """The file's table, and path of keys -> 1-based line. Raises FileUnreadable."""
    try:
        text = read_at_most(path, MAX_BYTES).decode().replace("\r\n", "\n")
        table = tomllib.loads(text)
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise FileUnreadable(path, str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileUnreadable(path, f"it is not TOML ({error})") from error
    return table, lines_of(text)


def lines_of(text: str) -> dict[Keys, int]:
    """Of every key in a document that is TOML. Of a key that comes in several tables of an array, the first."""
    lines: dict[Keys, int] = {}
    table: Keys = ()
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            (table,) = _deepest(parsed)
            found = [table]
        else:
            found = [table + keys for keys in _all(parsed)]
        for keys in found:
            for depth in range(1, len(keys) + 1):
                lines.setdefault(keys[:depth], line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and `key = value`, each with its line: the fewest lines that are TOML by themselves."""
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not waiting and (not line.strip() or line.lstrip().startswith("#")):
            continue
        waiting.append(line)
        statement = "\n".join(waiting)
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield number - len(waiting) + 1, statement
        waiting = []


def _deepest(table: Any) -> list[Keys]:  # noqa: ANN401 - what TOML has
    """Of a header."""
    if isinstance(table, list):
        return _deepest(table[0])
    return [(key, *keys) for key, inner in table.items() for keys in _deepest(inner)] or [()]


def _all(table: Any) -> Iterator[Keys]:  # noqa: ANN401 - what TOML has
    if isinstance(table, dict):
        for key, value in table.items():
            yield (key,)
            for keys in _all(value):
                yield (key, *keys)
