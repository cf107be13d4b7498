"""What the kinds of refusals look at: an inventory, and words in the files behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Api, Inventory, Refusal, RefusalKind
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.node.modules import SUFFIXES as SCRIPTS
from migrator.scan.python.imports import is_test
from migrator.scan.testing import is_script_test

PAGES: Final = (*SCRIPTS, ".html", ".htm", ".vue", ".svelte")
CODE: Final = (".py", *PAGES)
LIFECYCLE: Final = frozenset({"$connect", "$disconnect"})
_COMMENT: Final = re.compile(r"^\s*(?:#|//|/?\*|<!--)")


@dataclass(frozen=True)
class Hit:
    location: Location
    text: str
    """The file's."""
    match: re.Match[str]
    is_comment: bool


class Seen:
    """The files of an application but its tests."""

    def __init__(self, files: Files, inventory: Inventory) -> None:
        self.files, self.inventory = files, inventory
        self.handlers = {handler.path for handler in inventory.handlers}
        self.clients = {client.location.path for client in inventory.clients}
        self._first: dict[re.Pattern[str], Location | None] = {}

    def hits(
        self,
        pattern: re.Pattern[str],
        words: tuple[bytes, ...],
        suffixes: tuple[str, ...],
        anywhere: tuple[bytes, ...] = (),
    ) -> Iterator[Hit]:
        """Matches in the order of the paths: in scripts and pages with one of the words, in Python that was read for
        the inventory, and in other Python with a word of `anywhere`."""
        for path in self._concerned(words, suffixes, anywhere):
            if self.is_test(path):
                continue
            text = self.files.text(path)
            for match in pattern.finditer(text) if text is not None else ():
                start = text.rfind("\n", 0, match.start()) + 1 if text is not None else 0
                line = (text or "").count("\n", 0, match.start()) + 1
                place = Location(path=path, line=line, column=match.start() - start + 1)
                yield Hit(place, text or "", match, bool(_COMMENT.match((text or "")[start : match.start() + 1])))

    def first(self, pattern: re.Pattern[str], words: tuple[bytes, ...], suffixes: tuple[str, ...]) -> Location | None:
        """The first of the `hits` that is no comment. It is sought once, however many APIs ask."""
        if pattern not in self._first:
            hits = (hit.location for hit in self.hits(pattern, words, suffixes) if not hit.is_comment)
            self._first[pattern] = next(hits, None)
        return self._first[pattern]

    def _concerned(
        self, words: tuple[bytes, ...], suffixes: tuple[str, ...], anywhere: tuple[bytes, ...]
    ) -> Iterable[str]:
        found = set(self.files.mentioning(words, *(suffix for suffix in suffixes if suffix != ".py")))
        if ".py" in suffixes:
            found.update(path for path in self.files.read() if path.endswith(".py"))
            found.update(self.files.mentioning(anywhere, ".py") if anywhere else ())
        return sorted(found)

    def is_test(self, path: str) -> bool:
        return is_test(path) if path.endswith(".py") else is_script_test(path)

    def near(self, path: str) -> list[tuple[Api, tuple[str, ...]]]:
        """APIs that a file of the back end is for, with its routes: () when it serves all that aren't of the lifecycle.

        A file that isn't a handler's belongs to the only API whose functions live in a folder above or beside it."""
        found: list[tuple[Api, tuple[str, ...]]] = []
        paths = {handler.id: handler.path for handler in self.inventory.handlers}
        for api in self.inventory.apis:
            keys = [
                route.key for route in api.routes if paths.get(route.handler) == path and route.key not in LIFECYCLE
            ]
            others = [route.key for route in api.routes if route.key not in LIFECYCLE and route.key not in keys]
            if keys:
                found.append((api, tuple(keys) if others else ()))
        if found or len(self.inventory.apis) != 1:
            return found
        return [(self.inventory.apis[0], ())] if self._is_beside(path) else []

    def only_api(self) -> Api | None:
        return self.inventory.apis[0] if len(self.inventory.apis) == 1 else None

    def _is_beside(self, path: str) -> bool:
        """Whether a file lies in a folder of the back end's code."""
        tops = {PurePosixPath(handler).parts[:1] for handler in self.handlers if "/" in handler}
        return not tops or PurePosixPath(path).parts[:1] in tops

    def refusal(
        self,
        kind: RefusalKind,
        severity: str,
        reason: str,
        where: Location,
        api: Api | None,
        routes: tuple[str, ...] = (),
    ) -> Refusal:
        return Refusal.model_validate(
            {
                "kind": kind,
                "severity": severity,
                "reason": reason,
                "api": api.id if api is not None else None,
                "routes": routes,
                "location": where,
            }
        )
