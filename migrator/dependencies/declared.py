"""Which requirements an application declares: for each folder that its functions import from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from migrator.dependencies.lines import read_requirements
from migrator.dependencies.requirement import Declared
from migrator.dependencies.tables import read_pipfile, read_pyproject
from migrator.inventory.model import Inventory

MAX_REQUIREMENTS: Final = 2_000

READERS: Final = {
    "requirements.txt": read_requirements,
    "Pipfile": read_pipfile,
    "pyproject.toml": read_pyproject,
}
"""In each folder the first of these that there is counts, as deployment tools have it."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """lines: requirements as pip takes them, each once, sorted. files: that declare them, relative to the application.

    left_out: sentences on what is not installed. build: lines that run code of their own when they are installed.
    """

    lines: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    build: tuple[str, ...] = ()


def requirements_of(app: Path, inventory: Inventory) -> Requirements:
    """Reads files of the application, and nothing outside of it; runs nothing."""
    found = [declared for folder in _folders(app, inventory) if (declared := _in_folder(app, folder)) is not None]
    lines = sorted({line for one in found for line in one.lines})
    build = sorted({line for one in found for line in one.build})
    files = dict.fromkeys(file for one in found for file in one.files)
    left_out = [told for one in found for told in one.left_out]
    if len(lines) > MAX_REQUIREMENTS:
        left_out.append(f"{len(lines) - MAX_REQUIREMENTS} requirements beyond the first {MAX_REQUIREMENTS}")
    return Requirements(tuple(lines[:MAX_REQUIREMENTS]), tuple(files), tuple(left_out), tuple(build))


def _folders(app: Path, inventory: Inventory) -> Iterable[str]:
    """Code roots and layers; a layer for Python keeps what it declares beside its folder `python`."""
    roots: dict[str, None] = {".": None}
    for handler in inventory.handlers:
        if handler.language == "python":
            roots.update(dict.fromkeys((handler.root, *handler.import_path)))
    for root in list(roots):
        if PurePosixPath(root).name == "python":
            roots[PurePosixPath(root).parent.as_posix()] = None
    return [root for root in roots if _is_inside(app, app / root)]


def _in_folder(app: Path, folder: str) -> Declared | None:
    for name, read in READERS.items():
        path = app / folder / name
        if path.is_file() and _is_inside(app, path):
            declared = read(app, PurePosixPath(folder) / name)
            if declared.lines or declared.build or declared.left_out:
                return declared
    return None


def _is_inside(app: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(app.resolve())
