"""Writes docs/reference/schema from the models."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrator.schemas import DOCUMENTS, READ, schema

FOLDER = ROOT / "docs" / "reference" / "schema"

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in (*DOCUMENTS, *READ):
        (FOLDER / f"{name}.json").write_text(schema(name), "utf-8")
    print(f"Wrote {len(DOCUMENTS) + len(READ)} schemas to {FOLDER.relative_to(ROOT)}.")
