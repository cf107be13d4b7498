"""Who listens learns which parts of a run there were and how long they took."""

import pytest

from migrator.phases import Times, phase, recording


def test_nobody_has_to_listen() -> None:
    with phase("scan"):
        pass


def test_phases_are_kept_in_their_order_and_add_up() -> None:
    times = Times()
    with recording(times):
        for name in ("scan", "plan", "scan"):
            with phase(name):
                pass
    assert list(times.seconds) == ["scan", "plan"]
    assert times.sentence() == "scan 0.0 s, plan 0.0 s"


def test_a_phase_that_fails_has_ended() -> None:
    times = Times()
    with pytest.raises(ValueError, match="why"), recording(times), phase("scan"):
        raise ValueError("why")
    assert times.seconds["scan"] > 0


def test_what_comes_after_is_not_recorded() -> None:
    times = Times()
    with recording(times):
        pass
    with phase("later"):
        pass
    assert times.seconds == {}
