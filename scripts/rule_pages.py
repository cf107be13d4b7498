"""Writes docs/rules from the rules."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrator.rewrite.rule_pages import index_page, rule_page
from migrator.rewrite.rules import all_rules

FOLDER = ROOT / "docs" / "rules"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    rules = all_rules()
    wanted = {f"{name}.md": rule_page(page) for name, page in rules.items()} | {"README.md": index_page(rules)}
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")
    print(f"Wrote {len(wanted)} pages to {FOLDER.relative_to(ROOT)}.")
