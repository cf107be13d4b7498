"""The inventory as Markdown, for a pull request or an issue."""

from __future__ import annotations

from migrator.inventory.model import Inventory
from templates import render


def markdown_inventory(inventory: Inventory) -> str:
    return render("reports/inventory.md.j2", found=inventory)
