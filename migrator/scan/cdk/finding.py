"""Which files of an application are CDK programs, where their command runs, and what it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.cdk.sources import SCRIPTS
from migrator.scan.cdk.values import options
from migrator.scan.files import Files
from migrator.scan.paths import join_folder
from migrator.scan.python.imports import is_test
from migrator.scan.testing import is_script_test

MOST_BYTES: Final = 200_000
_APP: Final = re.compile(r"\bApp\s*\(")
_COMMAND: Final = re.compile(r"[\w./-]+\.(?:ts|js|mjs|py)\b")


def assemblies(files: Files) -> Iterator[tuple[str, str]]:
    """(folder in which the CDK command runs, folder that it writes), where something is written."""
    for path in files.with_suffix(".json"):
        if PurePosixPath(path).name == "cdk.json":
            folder = PurePosixPath(path).parent.as_posix()
            given = _settings(files, path).get("output")
            output = join_folder(folder, given if isinstance(given, str) else "cdk.out")
            if (files.root / output / "manifest.json").is_file():
                yield _absolute(folder), output


def candidates(files: Files, words: tuple[bytes, ...]) -> Iterator[str]:
    """Code with one of the words, tests left out."""
    for path in files.mentioning(words, ".py", *SCRIPTS):
        if not (is_test(path) if path.endswith(".py") else is_script_test(path)):
            yield path


def entries(files: Files, paths: Sequence[str]) -> list[tuple[str, str]]:
    """(program, folder in which the CDK command runs, with '/' for the application's)."""
    found: dict[str, str] = {}
    for path in files.with_suffix(".json"):
        if PurePosixPath(path).name == "cdk.json":
            folder = PurePosixPath(path).parent.as_posix()
            command = _settings(files, path).get("app")
            for word in _COMMAND.findall(command) if isinstance(command, str) else []:
                base = join_folder(folder, word)
                for candidate in (base, re.sub(r"\.js$", ".ts", base)):
                    if candidate in files:
                        found.setdefault(candidate, _absolute(folder))
    for path in paths:
        text = files.text(path) or ""
        if path not in found and _APP.search(text):
            found[path] = home(files, path)
    return sorted(found.items(), key=lambda entry: entry[0].count("/"))


def home(files: Files, path: str) -> str:
    """The nearest folder above a program that holds a cdk.json, else the program's own."""
    for parent in PurePosixPath(path).parents:
        if join_folder(parent.as_posix(), "cdk.json") in files:
            return _absolute(parent.as_posix())
    return _absolute(PurePosixPath(path).parent.as_posix())


def _absolute(folder: str) -> str:
    return "/" if folder == "." else f"/{folder}"


def _settings(files: Files, path: str) -> dict[str, object]:
    text = files.text(path)
    try:
        found = json.loads(text) if text is not None and len(text) < MOST_BYTES else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def context(files: Files, here: str) -> dict[str, object]:
    path = join_folder(".", f"{here}/cdk.json")
    return options(_settings(files, path).get("context")) if path in files else {}
