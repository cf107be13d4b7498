"""Environment variables that code wants and nothing declares: a value for each, so that it can be started."""

from __future__ import annotations

import re
from pathlib import Path

_WANTED = re.compile(r"""environ\[\s*["'](\w+)["']\s*\]""")
DUMMY = "corpus"


def dummies(folder: Path) -> dict[str, str]:
    """Variables that some module reads and can't do without."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        names.update(_WANTED.findall(path.read_text("utf-8", "replace")))
    return {name: DUMMY for name in sorted(names) if not name.startswith(("AWS_", "PUSH_"))}
