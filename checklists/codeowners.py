"""Who owns a file, as CODEOWNERS says.
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from migrator.inventory.selection import Selection
from shim.bounded_files import FileTooLarge, read_at_most

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""The first that is there counts."""
MAX_BYTES: Final = 3 * 1024 * 1024
"""GitHub reads no larger one."""

_FIELDS: Final = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True)
class Codeowners:
    rules: tuple[tuple[str, str], ...] = ()
    """Pattern, owners; the last that fits counts. No owners: nobody owns it."""
    prefix: str = ""
    """Of the application in the repository: '' or 'services/chat/'."""

    def of(self, path: str) -> str:
        """'@team @mia', or ''. `path`: POSIX, relative to the application; '' for its folder."""
        whole = (self.prefix + path).rstrip("/") or "."
        return next((owners for pattern, owners in reversed(self.rules) if _fits(pattern, whole)), "")


def codeowners(app: Path) -> Codeowners:
    """Of the repository that the application is in; one without rules where there is no such file."""
    root = next((folder for folder in (app.resolve(), *app.resolve().parents) if (folder / ".git").exists()), None)
    folder = root or app.resolve()
    path = next((folder / place for place in PLACES if (folder / place).is_file()), None)
    if path is None:
        return Codeowners()
    try:
        content = read_at_most(path, MAX_BYTES)
    except (OSError, FileTooLarge):
        return Codeowners()
    inside = app.resolve().relative_to(folder).as_posix()
    return Codeowners(parse(content.decode(errors="replace")), "" if inside == "." else f"{inside}/")


def parse(text: str) -> tuple[tuple[str, str], ...]:
    """The rules of a file. Lines that GitHub does not understand either (negations, sections) are left out."""
    rules = []
    for line in text.splitlines():
        fields = _FIELDS.findall(line)
        comment = next((number for number, one in enumerate(fields) if one.startswith("#")), len(fields))
        fields = fields[:comment]
        if fields and fields[0][0] not in "![^":
            rules.append((re.sub(r"\\(.)", r"\1", fields[0]), " ".join(fields[1:])))
    return tuple(rules)


def _fits(pattern: str, path: str) -> bool:
    """As .gitignore, but `docs/*` means the files in docs and not those in its folders."""
    if pattern == "*":
        return True
    if not Selection(include=(pattern,)).takes(path):
        return False
    return not (pattern.endswith("/*") and Selection(include=(f"{pattern}/**",)).takes(path))
