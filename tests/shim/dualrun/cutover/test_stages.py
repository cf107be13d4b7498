"""What each stage means for a client, and the table that the documentation shows."""

from __future__ import annotations

import pytest

from shim.dualrun.cutover.stages import MEANINGS, STAGES, after, before


def test_the_first_stage_changes_nothing_for_anybody() -> None:
    first = MEANINGS[STAGES[0]]

    for chosen in (True, False):
        assert first.serves(chosen=chosen) == "old"
        assert not first.shadows(chosen=chosen)
    assert first.shown is None
    assert first.websocket


@pytest.mark.parametrize("stage", ["legacy", "tap", "shadow"])
def test_nobody_is_served_by_the_new_service_before_live(stage: str) -> None:
    meaning = next(MEANINGS[one] for one in STAGES if one == stage)

    assert {meaning.serves(chosen=True), meaning.serves(chosen=False)} == {"old"}


def test_whoever_is_served_by_the_new_service_is_not_shadowed_there() -> None:
    for meaning in MEANINGS.values():
        for chosen in (True, False):
            assert not (meaning.shadows(chosen=chosen) and meaning.serves(chosen=chosen) == "new")


def test_a_websocket_is_refused_only_at_the_very_end() -> None:
    assert [stage for stage in STAGES if not MEANINGS[stage].websocket] == ["complete"]


def test_stages_are_one_after_the_other_and_end_at_both_ends() -> None:
    assert [before(stage) for stage in STAGES] == ["legacy", *STAGES[:-1]]
    assert [after(stage) for stage in STAGES] == [*STAGES[1:], "complete"]
    assert not MEANINGS["legacy"].falls_back
