"""What `ws2sse migrate` wrote, as deploying it sees it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from migrator.deploy.errors import MigratedBefore
from migrator.scan.files import walk

ENTRY: Final = PurePosixPath("sse_service/main.py")
"""What makes a folder a migrated application."""

ASKED_FOR: Final = ("/readyz", "/metrics", "STREAMS_REDIS_URL")
"""What kits ask of a node, or give it: addresses, and a variable."""


def is_migrated(app: Path) -> bool:
    return (app / ENTRY).is_file()


def check_is_recent(app: Path) -> None:
    """Raises MigratedBefore for what was written when there was less: its kits would ask for what nobody answers."""
    files = walk((app / ENTRY).parent.resolve())
    text = "".join(files.text(path) or "" for path in files.with_suffix(".py"))
    lacking = tuple(name for name in ASKED_FOR if f'"{name}"' not in text and f"'{name}'" not in text)
    if lacking:
        raise MigratedBefore(app, lacking)
