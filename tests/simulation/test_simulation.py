"""Some of the migrations of `make teardown-sim`, which makes two hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.run import simulate


@pytest.mark.parametrize("seed", [1, 3, 5, 7, 8, 12, 14, 18, 25, 26])
def test_a_migration_ends_clean_or_with_everything_intact(seed: int, tmp_path: Path) -> None:
    result = simulate(seed, tmp_path)
    assert result.violations == [], "\n".join(result.story)


def test_a_seed_gives_the_same_story_again(tmp_path: Path) -> None:
    first, second = (simulate(7, folder) for folder in (tmp_path / "first", tmp_path / "second"))
    assert (first.kind, first.deaths, first.story) == (second.kind, second.deaths, second.story)
