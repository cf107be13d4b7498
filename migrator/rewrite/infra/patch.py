"""Changes of several files as one patch that `git apply` takes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping


def patch(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """From the texts of `before` to those of `after`, by path; '' when nothing differs. Files only in `after` are new.

    Lines end where git sees them end, at a line feed alone: a carriage return is part of its line.
    https://git-scm.com/docs/git-apply
    """
    return "".join(
        _file(path, before.get(path), text) for path, text in sorted(after.items()) if text != before.get(path)
    )


def _file(path: str, before: str | None, after: str) -> str:
    # git ends a name that has a space in it with a tab
    tail = "\t" if " " in path else ""
    old, new = ("/dev/null" if before is None else f"a/{path}{tail}"), f"b/{path}{tail}"
    lines = list(difflib.unified_diff(_lines(before or ""), _lines(after), old, new, lineterm="\n"))
    head = f"diff --git a/{path} b/{path}\n" + ("new file mode 100644\n" if before is None else "")
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
