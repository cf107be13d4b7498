"""Pages that are made from code say what the code says."""

from __future__ import annotations

import tomllib

from shim.config.layers import shim_toml
from shim.config.reference import reference
from tests.running import ROOT

PAGE = ROOT / "docs" / "reference" / "configuration.md"


def test_the_configuration_reference_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_its_example_can_be_used(tmp_path) -> None:
    example = PAGE.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(example)
    (tmp_path / "shim.toml").write_text(example)

    assert set(shim_toml(tmp_path / "shim.toml")) == {"limits.idle_s", "management.credentials_file"}
