"""Which files of an application are looked at, where somebody says so by patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pydantic import Field

from migrator.inventory.record import Record


class Selection(Record):
    """Patterns as in .gitignore: `*` and `?` stay in one name, `**` crosses folders; without a slash a pattern means
    that name in any folder; one that names a folder means all in it."""

    include: tuple[str, ...] = Field(default=(), description="only these; empty for all")
    exclude: tuple[str, ...] = Field(default=(), description="not these")
    prefix: str = Field(default="", description="what stands before every path: '' or 'folder/'")

    def takes(self, path: str) -> bool:
        """Whether the file is looked at. `path`: POSIX, relative to the application's folder."""
        if not self.include and not self.exclude:
            return True
        whole = self.prefix + path
        return (not self.include or _any(self.include, whole)) and not _any(self.exclude, whole)

    def below(self, folder: str) -> Selection:
        """The same for paths that are told from a folder in the application."""
        return self.model_copy(update={"prefix": f"{self.prefix}{folder}/"})


def _any(patterns: Iterable[str], path: str) -> bool:
    return any(_compiled(pattern).fullmatch(path) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    bare = pattern.strip("/")
    anchored = "/" in bare or pattern.startswith("/")
    pieces = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", bare)
    known = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(known.get(piece, re.escape(piece)) for piece in pieces)
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{body}(?:/.*)?", re.DOTALL)
