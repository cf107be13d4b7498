"""How SseSocket reaches the scripts that now use it: an import, or a script tag before theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ast_grep_py import SgNode

from migrator.rewrite.client.imports import import_edits
from migrator.rewrite.client.library import Uses, existing, folder_of
from migrator.rewrite.client.pages import Page, library_tag
from migrator.rewrite.client.scripts import Script, Tag
from migrator.rewrite.client.sources import Source, Sources
from migrator.rewrite.client.text import TextEdit
from migrator.rewrite.edit import FileEdit
from templates import CLIENT_COMMONJS


@dataclass
class Converted:
    """A script in which sockets are made by SseSocket now."""

    source: Source
    script: Script
    calls: list[SgNode] = field(default_factory=list)
    sockets: bool = False
    """Whether it names the class itself."""
    hooks: bool = False
    """Whether it calls the hook."""
    removed: list[TextEdit] = field(default_factory=list)
    """Imports that it doesn't need any more."""

    def holds(self, at: int) -> bool:
        """Whether a place of the file lies inside of one of the calls, and is not the call itself."""
        places = [(call.range().start.index, call.range().end.index) for call in self.calls]
        return any(start < at - self.script.start < end for start, end in places)

    @property
    def folder(self) -> str:
        return folder_of(self.source.path)


def provide(app: Path, pages: list[Page], sources: Sources, converted: Iterable[Converted]) -> list[FileEdit]:
    """Edits the sources and pages; returns the files of the library."""
    uses = Uses()
    known = list(converted)
    modules = [one for one in known if one.script.kind == "module"]
    required = [one for one in known if one.script.kind == "commonjs"]
    classic = [one for one in known if one.script.kind in {"classic", "unknown"}]
    for page in pages:
        _add_tag(page, classic, sources, uses)
    uses.classic.update(one.folder for one in classic if one.script.kind == "unknown")
    uses.commonjs.update(one.folder for one in required)
    for one in modules:
        (uses.module if one.sockets else uses.hook).add(one.folder)
        if one.hooks:
            uses.hook.add(one.folder)
        if one.script.typed:
            uses.typed.add(one.folder)
    for one in known:
        name = CLIENT_COMMONJS if one.script.kind == "commonjs" else uses.module_name(one.folder)
        if one.script.kind in {"module", "commonjs"} and one.sockets:
            one.source.edits += import_edits(one.script, one.source.text, name, one.removed)
    return [FileEdit(path, existing(app / path), text) for path, text in uses.files().items()]


def _add_tag(page: Page, classic: list[Converted], sources: Sources, uses: Uses) -> None:
    """One tag for the library, before the first script of the page that needs it."""
    wanted: list[tuple[Tag, str]] = []
    for one in classic:
        if one.script.tag is None:
            wanted += [(tag, one.folder) for tag in page.loading(one.source.path)]
        elif one.source.path == page.path:
            wanted.append((one.script.tag, one.folder))
    if not wanted:
        return
    first, folder = min(wanted, key=lambda pair: pair[0].start)
    uses.classic.add(folder)
    source = sources.get(page.path)
    if source is not None and not page.has_library:
        source.edits.append(library_tag(page, first))
