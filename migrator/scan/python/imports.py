"""Which file an import means. Only files of the application; everything else is outside."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.files import Files
from migrator.scan.python.model import Module
from migrator.scan.python.source import parse

_TEST_FOLDERS: Final = frozenset({"tests", "test", "e2e", "integration_tests"})


def is_test(path: str) -> bool:
    """Whether a Python file is a test or serves tests, by the names that pytest and unittest look for."""
    *folders, name = path.split("/")
    stem = name.removesuffix(".py")
    named = stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
    return named or not _TEST_FOLDERS.isdisjoint(folders)


def _likeliest(paths: list[str], importer: str) -> str | None:
    """The only one, or the only one in a layer, or the one that is nearest to who imports it; None in doubt."""
    if len(paths) < 2:
        return next(iter(paths), None)
    layered = [path for path in paths if "/python/" in f"/{path}" or "layer" in path.lower()]
    if len(layered) == 1:
        return layered[0]
    near = sorted(paths, key=lambda path: _common(path, importer), reverse=True)
    return near[0] if _common(near[0], importer) > _common(near[1], importer) else None


def _common(one: str, other: str) -> int:
    """How many folders two paths have in common, from the top."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


class Modules:
    """The application's modules, parsed when they are first asked for."""

    def __init__(self, files: Files, roots: tuple[str, ...] = ()) -> None:
        self.files = files
        self.roots = tuple(dict.fromkeys(("" if root == "." else f"{root}/") for root in roots))
        self.parsed: dict[str, Module | None] = {}
        self.by_stem: dict[str, list[str]] = defaultdict(list)
        self._stems: set[str] = set()
        self._found: dict[tuple[str, str, int], str | None] = {}
        for path in files.with_suffix(".py"):
            stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
            self._stems.add(stem)
            if not is_test(path):
                self.by_stem[stem].append(path)

    def load(self, path: str) -> Module | None:
        if path not in self.parsed:
            self.parsed[path] = parse(self.files, path)
        return self.parsed[path]

    def find(self, dotted: str, importer: Module, level: int = 0) -> Module | None:
        path = self.path_of(dotted, importer.path, level)
        return self.load(path) if path else None

    def path_of(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """The file of a module as seen from an importing file; None when it isn't the application's."""
        asked = (dotted, importer, level)
        if asked not in self._found:
            self._found[asked] = self._search(*asked)
        return self._found[asked]

    def _search(self, dotted: str, importer: str, level: int) -> str | None:
        wanted = dotted.replace(".", "/")
        if wanted and wanted.rstrip("/").rpartition("/")[2] not in self._stems:
            return None  # most imports are of somebody else's modules, and there can be hundreds of roots
        folders = [f"{parent.as_posix()}/" if parent.name else "" for parent in PurePosixPath(importer).parents]
        if level:
            return self._under(folders[level - 1], wanted) if level <= len(folders) else None
        if not wanted:
            return None
        for folder in (*folders, *self.roots):
            found = self._under(folder, wanted)
            if found and found != importer:
                return found
        # Layers and sys.path: a file anywhere whose path ends so.
        ends = (f"/{wanted}.py", f"/{wanted}/__init__.py")
        matches = [path for path in self.by_stem.get(wanted.rpartition("/")[2], []) if f"/{path}".endswith(ends)]
        return _likeliest(matches, importer)

    def _under(self, folder: str, wanted: str) -> str | None:
        base = f"{folder}{wanted}".rstrip("/")
        candidates = (f"{base}.py", f"{base}/__init__.py") if wanted else (f"{base}/__init__.py",)
        return next((path for path in candidates if path in self.files), None)
