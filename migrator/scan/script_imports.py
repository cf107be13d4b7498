"""Which scripts of an application import a script, or stand on a page with it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.files import Files
from migrator.scan.testing import is_script_test

SCRIPTS: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".cts", ".vue", ".svelte")
PAGES: Final = (".html", ".htm")
_FROM: Final = re.compile(r"(?:\bfrom|\bimport|\brequire\()\s*\(?\s*[\"']([^\"'\n]+)[\"']")
_SOURCE: Final = re.compile(r"<script\b[^>]*\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_LEVELS: Final = 3
"""Imports of importers that are followed."""
_MOST: Final = 60
"""Scripts that are read for one client."""


class ScriptImports:
    """Built once an application; reads each script's text, and parses none."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._importers: dict[str, list[str]] | None = None
        self._stems: dict[str, list[str]] | None = None

    def around(self, path: str) -> list[str]:
        """Paths of the scripts that import it, directly or through others, the nearest first."""
        found: list[str] = []
        level = [path]
        for _level in range(_LEVELS):
            level = [one for importer in level for one in self._direct(importer) if one not in found and one != path]
            found.extend(dict.fromkeys(level))
        return found[:_MOST]

    def targets(self, path: str, named: str) -> list[str]:
        """The scripts of the application that an import in `path` may mean."""
        return _targets(path, named, self._by_stem())

    def _by_stem(self) -> dict[str, list[str]]:
        if self._stems is None:
            self._stems = {}
            for path in self._files.with_suffix(*SCRIPTS):
                self._stems.setdefault(_stem(path), []).append(path)
        return self._stems

    def _direct(self, path: str) -> list[str]:
        if self._importers is None:
            self._importers = {}
            for importer, imported in self._pairs():
                self._importers.setdefault(imported, []).append(importer)
        return self._importers.get(path, [])

    def _pairs(self) -> Iterator[tuple[str, str]]:
        by_stem = self._by_stem()
        for path in self._files.with_suffix(*SCRIPTS):
            text = "" if is_script_test(path) else self._files.text(path) or ""
            for named in dict.fromkeys(_FROM.findall(text)):
                yield from ((path, target) for target in _targets(path, named, by_stem))
        for page in self._files.with_suffix(*PAGES):
            text = self._files.text(page) or ""
            loaded = [t for source in _SOURCE.findall(text) for t in _loaded(page, source, by_stem)]
            for one in loaded:
                yield page, one
                yield from ((other, one) for other in loaded if other != one)


def _stem(path: str) -> str:
    """What an import may name a file by: without its suffix, and without /index."""
    return str(PurePosixPath(path).with_suffix("")).removesuffix("/index")


def _targets(path: str, named: str, by_stem: dict[str, list[str]]) -> list[str]:
    known = PurePosixPath(named).suffix in SCRIPTS
    bare = _stem(named) if known else named.removesuffix("/index")
    if named.startswith("."):
        return by_stem.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), bare)), [])
    if named.startswith(("@/", "~/", "src/", "$lib/", "/")):
        tail = bare.split("/", 1)[1]
        return [one for stem, paths in by_stem.items() if tail and stem.endswith(f"/{tail}") for one in paths]
    return []


def _loaded(page: str, source: str, by_stem: dict[str, list[str]]) -> list[str]:
    path = source.partition("?")[0]
    if "//" in path or PurePosixPath(path).suffix != ".js":
        return []
    stem = _stem(path.lstrip("/"))
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(page), stem))
    return by_stem.get(beside, []) or [
        one for known, paths in by_stem.items() if path.startswith("/") and known.endswith(f"/{stem}") for one in paths
    ]
