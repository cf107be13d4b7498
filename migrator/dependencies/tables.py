"""Pipfile, and pyproject.toml of the standard and of Poetry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from migrator.dependencies.lines import MAX_BYTES, MAX_QUOTED
from migrator.dependencies.requirement import Declared, is_address, is_requirement, on_one_line
from shim.bounded_files import FileTooLarge, read_at_most
from shim.redaction import one_line

_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


def read_pipfile(app: Path, file: PurePosixPath) -> Declared:
    """[packages]: https://pipenv.pypa.io/en/latest/pipfile.html"""
    return _read(app, file, lambda document: _of_table(document.get("packages"), file))


def read_pyproject(app: Path, file: PurePosixPath) -> Declared:
    """`dependencies` of [project], else those of [tool.poetry]; no extras and no groups.

    https://packaging.python.org/en/latest/specifications/pyproject-toml/#dependencies-optional-dependencies
    """

    def read(document: Mapping[str, Any]) -> Declared:
        listed = _inner(document, "project").get("dependencies")
        if isinstance(listed, list):
            texts = [on_one_line(text) for text in listed if isinstance(text, str)]
            others = (text for text in texts if not is_requirement(text) and not is_address(text))
            return Declared(
                (file.as_posix(),),
                tuple(filter(is_requirement, texts)),
                tuple(filter(is_address, texts)),
                tuple(f"{file}: {one_line(text, MAX_QUOTED)}" for text in others),
            )
        poetry = dict(_inner(_inner(_inner(document, "tool"), "poetry"), "dependencies"))
        poetry.pop("python", None)
        return _of_table(poetry, file)

    return _read(app, file, read)


def _read(app: Path, file: PurePosixPath, read: Callable[[Mapping[str, Any]], Declared]) -> Declared:
    try:
        return read(tomllib.loads(read_at_most(app / file, MAX_BYTES).decode("utf-8")))
    except FileTooLarge as error:
        return Declared(left_out=(f"{file}: {error}",))
    except OSError as error:
        return Declared(left_out=(f"{file}: it can't be read ({error.strerror})",))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return Declared(left_out=(f"{file}: it is not TOML",))


def _of_table(table: object, file: PurePosixPath) -> Declared:
    lines: list[str] = []
    build: list[str] = []
    left_out: list[str] = []
    for name, value in table.items() if isinstance(table, dict) else ():
        told = value if isinstance(value, dict) else {"version": value}
        address = next((str(told[key]) for key in ("git", "url", "file") if key in told), None)
        if told.get("optional") is True:
            continue
        if address is not None:
            line = on_one_line(f"{name} @ {_source(told, address)}")
            (build if is_address(line) else left_out).append(line)
            continue
        if "path" in told:
            left_out.append(f"{name}, which is a folder")
            continue
        line = on_one_line(
            f"{name}{_extras(told.get('extras'))}{_versions(str(told.get('version', '*')))}{_marker(told)}"
        )
        (lines if is_requirement(line) else left_out).append(line)
    return Declared(
        (file.as_posix(),),
        tuple(lines),
        tuple(build),
        tuple(f"{file}: {one_line(one, MAX_QUOTED)}" for one in left_out),
    )


def _source(told: Mapping[str, Any], address: str) -> str:
    if "git" not in told:
        return address
    revision = next((str(told[key]) for key in ("rev", "ref", "tag", "branch") if key in told), None)
    return f"git+{address}" if revision is None else f"git+{address}@{revision}"


def _extras(value: object) -> str:
    return f"[{','.join(map(str, value))}]" if isinstance(value, list) and value else ""


def _marker(told: Mapping[str, Any]) -> str:
    marker = told.get("markers")
    return f"; {marker}" if isinstance(marker, str) and marker else ""


def _versions(text: str) -> str:
    """Poetry's carets and tildes in the standard's words: https://python-poetry.org/docs/dependency-specification/"""
    parts = [part.strip() for part in text.split(",")]
    return ",".join(bound for part in parts if part not in {"", "*"} for bound in [_bound(part)])


def _bound(part: str) -> str:
    if part[0] not in "^~" or part.startswith("~="):
        return part if part[0] in "=<>!~" else f"=={part}"
    version = part[1:].strip()
    found = _NUMBERS.match(version)
    if found is None:
        return part
    numbers = [int(number) for number in found[0].split(".")]
    if part[0] == "~":
        kept = min(len(numbers), 2)
    else:
        kept = next((place + 1 for place, number in enumerate(numbers) if number), len(numbers))
    above = [*numbers[: kept - 1], numbers[kept - 1] + 1]
    return f">={version},<{'.'.join(map(str, above))}"


def _inner(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}
