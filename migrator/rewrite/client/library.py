"""The files of SseSocket that are put beside the scripts that use it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from templates import CLIENT_COMMONJS, CLIENT_HOOK, CLIENT_MODULE, CLIENT_SCRIPT, client_library

_OURS: Final = re.compile(r"/\*!\n \* (?:SseSocket:|useWebSocket over SseSocket)")


@dataclass
class Uses:
    """Who needs the library, by folder ("" or "web/")."""

    classic: set[str] = field(default_factory=set)
    module: set[str] = field(default_factory=set)
    commonjs: set[str] = field(default_factory=set)
    hook: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)

    def module_name(self, folder: str) -> str:
        return CLIENT_MODULE if folder in self.classic else CLIENT_SCRIPT

    def files(self) -> dict[str, str]:
        """Path -> text of every file of the library."""
        wanted = {folder + CLIENT_SCRIPT: client_library(CLIENT_SCRIPT) for folder in self.classic}
        wanted |= {folder + CLIENT_COMMONJS: client_library(CLIENT_COMMONJS) for folder in self.commonjs}
        for folder in self.module | self.hook:
            wanted[folder + self.module_name(folder)] = client_library(CLIENT_MODULE)
        for folder in self.hook:
            text = client_library(CLIENT_HOOK)
            wanted[folder + CLIENT_HOOK] = text.replace(f"./{CLIENT_SCRIPT}", f"./{self.module_name(folder)}")
        for folder in self.typed:
            wanted[folder + _types(self.module_name(folder))] = client_library(_types(CLIENT_SCRIPT))
        for folder in self.typed & self.hook:
            types = client_library(_types(CLIENT_HOOK))
            wanted[folder + _types(CLIENT_HOOK)] = types.replace(f"./{CLIENT_SCRIPT}", f"./{self.module_name(folder)}")
        return wanted


def _types(name: str) -> str:
    return name.removesuffix(".js") + ".d.ts"


def folder_of(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


def occupied(app: Path, folder: str) -> str | None:
    """The path of a file that has a name of the library but is not of it; None when there is none."""
    for name in (CLIENT_SCRIPT, CLIENT_MODULE, CLIENT_COMMONJS, CLIENT_HOOK):
        text = existing(app / folder / name)
        if text is not None and not _OURS.match(text):
            return folder + name
    return None


def existing(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None
