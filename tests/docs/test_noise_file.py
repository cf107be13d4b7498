"""The reference of the noise file: its example can be read, its table is the one in code."""

from __future__ import annotations

import re
from pathlib import Path

from shim.dualrun.compare.noise_reading import parse_noise_file
from shim.dualrun.compare.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "noise-file.md").read_text("utf-8")


def test_the_example_is_a_noise_file():
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    found = parse_noise_file(example[1])
    assert [rule.kind for rule in found.rules] == ["float"]
    assert [waiver.id for waiver in found.waivers] == ["W-1"]


def test_the_table_is_the_one_in_code():
    for kind, meaning in RULES.items():
        assert f"| `{kind}` | {meaning.sentence} | `{meaning.parameter}` | {meaning.least} |" in PAGE
