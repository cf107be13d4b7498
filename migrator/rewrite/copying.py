"""Which files of the application go along, and which stay behind, each with the reason."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from migrator.inventory.model import Inventory
from migrator.rewrite.edit import LeftBehind
from migrator.scan.files import LEFT_OUT

OF_ONE_MACHINE: Final = frozenset({"ws2sse.toml", "shim.toml"})
STATE_SUFFIXES: Final = (".tfstate", ".tfvars", ".tfstate.backup", ".tfvars.json")
WRITTEN_ANEW: Final = frozenset({"README.md", "MIGRATION.md", "Dockerfile", ".dockerignore"})
CARRIED: Final = frozenset({".gitignore", ".gitattributes", ".editorconfig"})
EXCLUDED: Final = "left out by --include, --exclude or the settings"
SCRIPTS: Final = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
INSTALLED: Final = "an installed package; requirements.txt has what is imported"
TEST_FOLDERS: Final = frozenset({"tests", "test", "__tests__", "tests_sse", "e2e"})


@dataclass
class Files:
    """Paths relative to the application's folder, sorted."""

    along: list[str] = field(default_factory=list)
    behind: list[LeftBehind] = field(default_factory=list)

    def python(self) -> list[str]:
        return [path for path in self.along if path.endswith(".py")]

    def leave(self, reasons: Mapping[str, str]) -> None:
        """Files that stay after all, by path."""
        self.along = [path for path in self.along if path not in reasons]
        self.behind += [LeftBehind(path, reasons[path]) for path in sorted(reasons)]


def choose_files(app: Path, inventory: Inventory) -> Files:
    """Walks the application. No link is followed, nothing hidden or third-party goes along."""
    found = Files()
    foreign = _foreign(inventory)
    tests = {use.location.path for use in inventory.tests}
    for folder, folders, names in os.walk(app):
        here = PurePosixPath(Path(folder).relative_to(app).as_posix())
        installed = _installed(folders, Path(folder))
        for name in sorted(folders):
            reason = _folder_reason(Path(folder) / name, name, installed)
            if reason is not None:
                folders.remove(name)
                found.behind.append(LeftBehind((here / name).as_posix() + "/", reason))
        folders.sort()
        for name in sorted(names):
            path = (here / name).as_posix()
            reason = INSTALLED if name in installed else None
            reason = reason or (None if inventory.selection.takes(path) else EXCLUDED)
            reason = reason or _file_reason(Path(folder) / name, path, foreign, tests)
            if reason is None:
                found.along.append(path)
            else:
                found.behind.append(LeftBehind(path, reason))
    return found


def _installed(folders: list[str], here: Path) -> frozenset[str]:
    """Names that an installer put here: what the .dist-info folders beside them list.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    names: set[str] = set()
    for folder in folders:
        record = here / folder / "RECORD"
        if folder.endswith(".dist-info") and record.is_file() and not record.is_symlink():
            lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
            names |= {folder, *(line.split(",")[0].split("/")[0] for line in lines if line)}
    return frozenset(names) - {"..", ".", "bin"}


def _folder_reason(folder: Path, name: str, installed: frozenset[str]) -> str | None:
    if folder.is_symlink():
        return "a link is not followed"
    if name == "sse_service":
        return "the new service has a folder of this name"
    if name.startswith("."):
        return "hidden"
    if name in installed:
        return INSTALLED
    if name in LEFT_OUT or name.endswith((".dist-info", ".egg-info")) or (folder / "pyvenv.cfg").is_file():
        return "third-party, built or generated"
    return "tests of the old path stay with the old application" if name in TEST_FOLDERS else None


def _foreign(inventory: Inventory) -> set[str]:
    """Handlers in other languages, and the modules that send or keep connections for them."""
    used = (use.location.path for store in inventory.stores if store.holds_connections for use in store.uses)
    sent = (push.location.path for push in inventory.pushes)
    made = (client.location.path for client in inventory.management_clients)
    handlers = {handler.path for handler in inventory.handlers if handler.language != "python"}
    return handlers | {path for path in (*used, *sent, *made) if path.endswith(SCRIPTS)}


def _file_reason(file: Path, path: str, foreign: set[str], tests: set[str]) -> str | None:
    name = file.name
    is_test = path in tests or (name.startswith("test_") and file.suffix == ".py") or name == "conftest.py"
    at_top = "/" not in path
    reasons = (
        (file.is_symlink(), "a link is not followed"),
        (name in OF_ONE_MACHINE, "settings for ws2sse itself"),
        (name.endswith(STATE_SUFFIXES), "state or values of one deployment: may hold secrets"),
        (path in foreign, "it is of handlers that are not Python"),
        (is_test, "tests of the old path stay with the old application"),
        (path in WRITTEN_ANEW, f"{name} is written anew"),
        (at_top and name.startswith("requirements") and file.suffix == ".txt", "requirements.txt is written anew"),
        (name.startswith(".") and name not in CARRIED, "hidden: may hold secrets or settings of one machine"),
        (file.suffix in {".pyc", ".pyo"}, "compiled"),
    )
    return next((reason for applies, reason in reasons if applies), None)
