"""docs/not-rewritten.md: every entry is proved by a test, and every kind of refusal has an entry."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from migrator.inventory.model import RefusalKind

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "not-rewritten.md").read_text("utf-8")
PROOFS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| found")]


def test_every_entry_names_its_proof() -> None:
    assert len(ROWS) > 15
    assert [row for row in ROWS if "`tests/" not in row] == []


@pytest.mark.parametrize(("path", "name"), PROOFS)
def test_proofs_are_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("kind", get_args(RefusalKind))
def test_every_kind_of_refusal_has_an_entry(kind: str) -> None:
    assert f"tests/migrator/scan/refusals/test_{kind}.py::" in TEXT
