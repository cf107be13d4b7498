"""Writes docs/reference/configuration.md from the settings of the shim."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shim.config.reference import reference

PAGE = ROOT / "docs" / "reference" / "configuration.md"

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(reference(), "utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.")
