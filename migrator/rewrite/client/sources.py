"""The files that hold clients, read and parsed once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ast_grep_py import SgNode

from migrator.errors import RewriteInvalid
from migrator.inventory.record import Location
from migrator.rewrite.client.pages import Page
from migrator.rewrite.client.scripts import Script, scripts_of
from migrator.rewrite.client.text import TextEdit, applied, position_of
from migrator.rewrite.client.websocket_constructor import constructors
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

    def constructor_at(self, location: Location) -> tuple[Script, SgNode] | None:
        """The `new` expression at a place; also when it is the only one on its line."""
        line = [(s, call) for s in self.scripts for call in constructors(s) if self._line(s, call) == location.line]
        at = position_of(self.text, location.line, location.column)
        exact = [(s, call) for s, call in line if s.start + call.range().start.index == at]
        if exact:
            return exact[0]
        return line[0] if len(line) == 1 else None

    def edited(self) -> FileEdit:
        after = applied(self.text, self.edits)
        before_errors = sum(len(script.errors()) for script in self.scripts)
        after_errors = sum(len(script.errors()) for script in scripts_of(self.path, after))
        if after_errors > before_errors:
            raise RewriteInvalid(self.path, "a script in it can't be parsed")
        return FileEdit(self.path, self.mark + self.text, self.mark + after)

    def _line(self, script: Script, node: SgNode) -> int:
        return self.text.count("\n", 0, script.start + node.range().start.index) + 1


class Sources:
    """The files of an application by path. A script that doesn't tell its kind has that of the tag that loads it."""

    def __init__(self, app: Path, pages: list[Page]) -> None:
        self._app = app
        self._pages = pages
        self._known: dict[str, Source | None] = {}

    def get(self, path: str) -> Source | None:
        """None for a file that can't be read as UTF-8 text."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def edits(self) -> list[FileEdit]:
        return [source.edited() for source in self._known.values() if source and source.edits]

    def _read(self, path: str) -> Source | None:
        try:
            text = (self._app / path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        mark = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        return Source(path, mark, text, [self._with_kind(path, script) for script in scripts_of(path, text)])

    def _with_kind(self, path: str, script: Script) -> Script:
        if script.kind != "unknown":
            return script
        loading = [tag for page in self._pages for tag in page.loading(path)]
        if not loading:
            return script
        return replace(script, kind="module" if any(tag.is_module for tag in loading) else "classic")
