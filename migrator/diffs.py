"""Differences between texts, as git reads them."""

from __future__ import annotations

import difflib
from typing import Final

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def hunks(before: str, after: str, old: str, new: str) -> str:
    """A unified diff with its two header lines; '' when nothing is different. Only LF ends a line, as for git."""
    lines = difflib.unified_diff(lines_of(before), lines_of(after), old, new)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def git_diff(path: str, before: str | None, after: str | None) -> str:
    """What `git apply` takes: a file that changes, is new (`before` is None) or goes (`after` is None)."""
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    head = f"diff --git {old} {new}\n"
    if before is None:
        head += "new file mode 100644\n"
    elif after is None:
        head += "deleted file mode 100644\n"
    tab = "\t" if " " in path else ""
    old_name, new_name = "/dev/null" if before is None else old + tab, "/dev/null" if after is None else new + tab
    return head + hunks(before or "", after or "", old_name, new_name)


def lines_of(text: str) -> list[str]:
    """With their ends; the last may have none."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _quoted(name: str) -> str:
    """As git quotes names: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath"""
    if not any(character in _ESCAPES or ord(character) < 32 for character in name):
        return name
    return '"' + "".join(_ESCAPES.get(c, c if ord(c) >= 32 else f"\\{ord(c):03o}") for c in name) + '"'
