"""The files that hold clients, read and parsed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ast_grep_py import SgNode

from migrator.errors import RewriteInvalid
from migrator.inventory.record import Location
from migrator.isolation import crash_of, parsing
from migrator.rewrite.client.pages import Page
from migrator.rewrite.client.scripts import Script, scripts_of
from migrator.rewrite.client.text import TextEdit, applied, position_of
from migrator.rewrite.edit import FileEdit

_BOM: Final = "\ufeff"


@dataclass
class Source:
    """A file as it is, and what is to be edited in it."""

    path: str
    mark: str
    """The byte order mark, or ''."""
    text: str
    """What follows it."""
    scripts: list[Script]
    edits: list[TextEdit] = field(default_factory=list)

    def script_at(self, location: Location) -> Script | None:
        at = position_of(self.text, location.line, location.column)
        if at is None:
            return None
        spans = [(s.start, s.start + s.root.range().end.index, s) for s in self.scripts]
        whole = [s for s in self.scripts if s.tag is None]
        return next((s for start, end, s in spans if start <= at <= end), whole[0] if whole else None)

    def opening_at(self, location: Location) -> tuple[Script, SgNode] | None:
        """The smallest `new` expression, call or extended class that begins at a place."""
        at = position_of(self.text, location.line, location.column)
        found = [
            (node.range().end.index, script, node)
            for script in self.scripts
            for node in _openings(script)
            if script.start + node.range().start.index == at
        ]
        _end, script, node = min(found, key=lambda one: one[0], default=(0, None, None))
        return (script, node) if script is not None and node is not None else None

    def edited(self) -> FileEdit:
        after = applied(self.text, self.edits)
        before_errors = sum(len(script.errors()) for script in self.scripts)
        after_errors = sum(len(script.errors()) for script in scripts_of(self.path, after))
        if after_errors > before_errors:
            raise RewriteInvalid(self.path, "a script in it can't be parsed")
        return FileEdit(self.path, self.mark + self.text, self.mark + after)


def _openings(script: Script) -> Iterator[SgNode]:
    yield from script.root.find_all(kind="new_expression")
    yield from script.root.find_all(kind="call_expression")
    for heritage in script.root.find_all(kind="class_heritage"):
        clause = next((child for child in heritage.children() if child.kind() == "extends_clause"), heritage)
        yield from (child for child in clause.children() if child.is_named())


class Sources:
    """The files of an application by path. A script that doesn't tell its kind has that of the tag that loads it."""

    def __init__(self, app: Path, pages: list[Page]) -> None:
        self._app = app
        self._pages = pages
        self._known: dict[str, Source | None] = {}

    def get(self, path: str) -> Source | None:
        """None for a file that can't be read as UTF-8 text, or that a parser crashed on."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def edits(self) -> list[FileEdit]:
        return [source.edited() for source in self._known.values() if source and source.edits]

    def _read(self, path: str) -> Source | None:
        if crash_of(path) is not None:
            return None
        try:
            text = (self._app / path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        mark = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        with parsing(path):
            scripts = scripts_of(path, text)
        return Source(path, mark, text, [self._with_kind(path, script) for script in scripts])

    def _with_kind(self, path: str, script: Script) -> Script:
        if script.kind != "unknown":
            return script
        loading = [tag for page in self._pages for tag in page.loading(path)]
        if not loading:
            return script
        return replace(script, kind="module" if any(tag.is_module for tag in loading) else "classic")
