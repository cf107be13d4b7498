"""Some of the migrations of `make teardown-sim`, which makes two hundred."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulation.run import Result, simulate


@cache
def _of(seed: int) -> Result:
    with TemporaryDirectory() as folder:
        return simulate(seed, Path(folder))


@pytest.mark.parametrize("seed", [7, 12, 22, 76, 77, 100])
def test_a_migration_ends_clean_or_with_everything_intact(seed: int) -> None:
    result = _of(seed)
    assert result.violations == [], "\n".join(result.story)


def test_a_seed_gives_the_same_story_again(tmp_path: Path) -> None:
    first, again = _of(12), simulate(12, tmp_path)
    assert (first.kind, first.deaths, first.story) == (again.kind, again.deaths, again.story)
