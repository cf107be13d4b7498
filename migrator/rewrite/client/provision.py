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
from migrator.rewrite.edit import FileEdit


@dataclass
class Converted:
    """A script in which sockets are made by SseSocket now."""

    source: Source
    script: Script
    calls: list[SgNode] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return folder_of(self.source.path)


def provide(app: Path, pages: list[Page], sources: Sources, converted: Iterable[Converted]) -> list[FileEdit]:
    """Edits the sources and pages; returns the files of the library."""
    uses = Uses()
    modules = [one for one in converted if one.script.kind == "module"]
    classic = [one for one in converted if one.script.kind != "module"]
    for page in pages:
        _add_tag(page, classic, sources, uses)
    uses.classic.update(one.folder for one in classic if one.script.kind == "unknown")
    for one in modules:
        uses.module.add(one.folder)
        if one.script.typed:
            uses.typed.add(one.folder)
    for one in modules:
        one.source.edits += import_edits(one.script, one.source.text, uses.module_name(one.folder))
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
