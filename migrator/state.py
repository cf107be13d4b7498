"""What is kept beside an application, in its folder `.ws2sse`, when it is asked for."""

from __future__ import annotations

from pathlib import Path

from migrator.inventory.model import Inventory
from migrator.inventory.sites import sites

FOLDER = ".ws2sse"


def verify_report_path(app: Path) -> Path:
    """Where `ws2sse verify --keep` keeps its report."""
    return app / FOLDER / "verify.json"


def last_verify_report(app: Path) -> Path | None:
    """None when none was recorded."""
    path = verify_report_path(app)
    return path if path.is_file() else None


def newest_source(app: Path, inventory: Inventory) -> float:
    """When a file with a site in it was last changed, in seconds since the epoch; 0 when there is none."""
    paths = {app / site.location.path for site in sites(inventory)}
    return max((path.stat().st_mtime for path in paths if path.is_file()), default=0.0)
