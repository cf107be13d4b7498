"""The files of SseSocket that are put beside the scripts that use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

NAME: Final = "sse-socket.js"
MODULE_BESIDE_SCRIPT: Final = "sse-socket.module.js"
"""The module's name in a folder where classic scripts need the name above. It ends in `.js`, since some servers send
`.mjs` with a media type that browsers refuse for modules: https://html.spec.whatwg.org/multipage/webappapis.html"""
EXPORT: Final = "\nexport { SseSocket };\n"
_OURS: Final = "/*!\n * SseSocket:"


@dataclass
class Uses:
    """Who needs the library, by folder ("" or "web/")."""

    classic: set[str] = field(default_factory=set)
    module: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)

    def module_name(self, folder: str) -> str:
        return MODULE_BESIDE_SCRIPT if folder in self.classic else NAME

    def files(self) -> dict[str, str]:
        """Path -> text of every file of the library."""
        source = _source(NAME)
        wanted = {folder + NAME: source for folder in self.classic}
        for folder in self.module:
            wanted[folder + self.module_name(folder)] = source + EXPORT
        for folder in self.typed:
            wanted[folder + self.module_name(folder).removesuffix(".js") + ".d.ts"] = _source("sse-socket.d.ts")
        return wanted


def folder_of(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


def occupied(app: Path, folder: str) -> str | None:
    """The path of a file that has the library's name but is not the library; None when there is none."""
    for name in (NAME, MODULE_BESIDE_SCRIPT):
        text = existing(app / folder / name)
        if text is not None and not text.startswith(_OURS):
            return folder + name
    return None


def existing(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _source(name: str) -> str:
    return (files("templates") / "client" / name).read_text(encoding="utf-8")
