"""A connection may end with its node cut off from Redis, and only when that was for longer than its lease and the
window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.checker import check
from tests.chaos.history import History, Lost, Over, Push, Received, Resumed, Settled, Trouble
from tests.chaos.made_up import RULES, STAYS, changed, good, got, kinds, pushed, ran, without

CUT = Trouble("cut_back_out", 0, 1.3, 5.3)
EXCUSE = "ended, its node was cut off from Redis for longer than its lease and the window"

CLOSED = Over(5.4, STAYS, "close 1006")


def is_cut(line: object) -> bool:
    return line == CUT


def cut_off(over: Over = CLOSED, *more: Trouble | Lost) -> History:
    """A connection whose node is cut off at 1.3, and hears at 5.3 that its end was told at 5.1. Its lease was over at
    2.2, and the window at 5.2 at the latest."""
    lines = without(good(), lambda line: isinstance(line, Trouble) or pushed(11)(line) or got(11)(line)).lines
    settled = changed(History(RULES, [*lines, CUT, *more, over]), lambda line: isinstance(line, Settled), at=6, ended=7)
    return changed(settled, ran("$disconnect", STAYS), at=5.1, code=1006)


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(cut_off(), id="its client hears of it from its node"),
        pytest.param(cut_off(Over(5.0, STAYS, "204"), Lost(4.9, STAYS)), id="its client hears of it from another node"),
        pytest.param(
            changed(cut_off(CLOSED, Trouble("stop_node", 0, 3.3, 5.3)), is_cut, ended=3.2),
            id="one trouble follows the other before the node is back",
        ),
        pytest.param(
            changed(cut_off(CLOSED, Trouble("pause_redis", -1, 1.3, 3.0)), is_cut, begun=2.8),
            id="Redis was away for all when it was cut off",
        ),
    ],
)
def test_nobody_knows_of_a_node_that_is_cut_off_for_longer_than_its_lease_and_the_window(history: History) -> None:
    assert kinds(history) == set()
    assert check(history).excused[EXCUSE] == 1


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(without(cut_off(), is_cut), id="nothing was cut"),
        pytest.param(changed(cut_off(), is_cut, what="cut_front_out"), id="only clients were"),
        pytest.param(changed(cut_off(), is_cut, begun=1.7), id="for less than a lease and a window"),
        pytest.param(changed(cut_off(), is_cut, ended=2.0), id="back before"),
        pytest.param(
            changed(cut_off(CLOSED, replace(CUT, begun=4.3)), is_cut, ended=3.2),
            id="back in between",
        ),
        pytest.param(
            changed(cut_off(CLOSED, replace(CUT, node=1, begun=3.2)), is_cut, ended=3.2),
            id="one node after the other",
        ),
        pytest.param(
            changed(cut_off(CLOSED, Trouble("pause_redis", -1, 2.8, 5.3)), is_cut, ended=3.0),
            id="back before Redis was",
        ),
        pytest.param(
            cut_off(CLOSED, Trouble("pause_redis", -1, 1.3, 4.5)),
            id="Redis was back for less than a lease when it was told",
        ),
        pytest.param(cut_off(Over(5.4, STAYS, "close 1008")), id="closed for another reason"),
        pytest.param(changed(cut_off(), ran("$disconnect", STAYS), code=1001), id="told for another reason"),
        pytest.param(without(cut_off(), ran("$disconnect", STAYS)), id="never told"),
        pytest.param(cut_off(Over(1.29, STAYS, "204"), Lost(1.2, STAYS)), id="over before it was cut"),
        pytest.param(History(RULES, [*cut_off().lines, Resumed(1.7, STAYS)]), id="its stream is at another node"),
        pytest.param(
            History(RULES, [*cut_off().lines, Push(12, STAYS, 1, "d", 3.0, 3.1, 200), Received(3.2, STAYS, 12, "d")]),
            id="it hears what is pushed meanwhile",
        ),
    ],
)
def test_what_ends_a_connection_otherwise_is_found(history: History) -> None:
    assert "ended early" in kinds(history)
