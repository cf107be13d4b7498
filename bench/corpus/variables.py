"""Environment variables that code wants and nothing declares: a value for each, so that it can be started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NEEDED: Final = re.compile(r"""environ\[\s*["'](\w+)["']\s*\]""")
_ASKED: Final = re.compile(r"""(?:environ\.get|getenv)\(\s*["'](\w+)["']\s*\)""")
DUMMY: Final = "corpus"


def needed(folder: Path) -> dict[str, str]:
    """Variables that some module can't do without."""
    return _found(folder, _NEEDED)


def asked(folder: Path) -> dict[str, str]:
    """Variables that some module asks for without a default; a few refuse to be imported without them."""
    return _found(folder, _ASKED)


def _found(folder: Path, pattern: re.Pattern[str]) -> dict[str, str]:
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        names.update(pattern.findall(path.read_text("utf-8", "replace")))
    return {name: DUMMY for name in sorted(names) if not name.startswith(("AWS_", "PUSH_"))}
