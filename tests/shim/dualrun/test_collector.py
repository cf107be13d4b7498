from __future__ import annotations

import gc

import pytest

from shim.dualrun.collector import collector_paused


def test_it_stays_off_where_it_was_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_is_on_again_after_an_error():
    def failing() -> None:
        with collector_paused():
            raise ValueError(str(gc.isenabled()))

    with pytest.raises(ValueError, match="False"):
        failing()
    assert gc.isenabled()
