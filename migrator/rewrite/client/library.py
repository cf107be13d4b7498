"""The files of SseSocket that are put beside the scripts that use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from templates import CLIENT_MODULE, CLIENT_SCRIPT, client_library

_OURS: Final = "/*!\n * SseSocket:"


@dataclass
class Uses:
    """Who needs the library, by folder ("" or "web/")."""

    classic: set[str] = field(default_factory=set)
    module: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)

    def module_name(self, folder: str) -> str:
        return CLIENT_MODULE if folder in self.classic else CLIENT_SCRIPT

    def files(self) -> dict[str, str]:
        """Path -> text of every file of the library."""
        wanted = {folder + CLIENT_SCRIPT: client_library(CLIENT_SCRIPT) for folder in self.classic}
        for folder in self.module:
            wanted[folder + self.module_name(folder)] = client_library(CLIENT_MODULE)
        for folder in self.typed:
            wanted[folder + self.module_name(folder).removesuffix(".js") + ".d.ts"] = client_library("sse-socket.d.ts")
        return wanted


def folder_of(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


def occupied(app: Path, folder: str) -> str | None:
    """The path of a file that has the library's name but is not the library; None when there is none."""
    for name in (CLIENT_SCRIPT, CLIENT_MODULE):
        text = existing(app / folder / name)
        if text is not None and not text.startswith(_OURS):
            return folder + name
    return None


def existing(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None
