"""Writes the pages of docs/reference that are made from code: the shim's settings and metrics, the stages of a
cut-over, the differences of a dual run, the prices of an estimate, the referrer graph, the items of the checklist, the
gates of a teardown, and the kits of a deployment."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checklists.catalogue.page import items_page
from checklists.cost.page import price_page
from checklists.cost.prices import load_prices
from checklists.idle.page import idle_page
from checklists.referrers.page import referrers_page
from checklists.teardown.page import teardown_page
from migrator.deploy.page import kits_page
from shim.config.reference import reference
from shim.dualrun.cutover.stages import stage_page
from shim.dualrun.report.reference import differences_page
from shim.metrics_reference import metrics_page

FOLDER = ROOT / "docs" / "reference"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    pages = {
        "checklist-items.md": items_page(),
        "configuration.md": reference(),
        "cut-over.md": stage_page(),
        "deployment-kits.md": kits_page(),
        "dual-run-differences.md": differences_page(),
        "idle-proof.md": idle_page(),
        "metrics.md": metrics_page(),
        "prices.md": price_page(load_prices()),
        "referrers.md": referrers_page(),
        "teardown.md": teardown_page(),
    }
    for name, text in pages.items():
        (FOLDER / name).write_text(text, "utf-8")
        print(f"Wrote {(FOLDER / name).relative_to(ROOT)}.")
