"""When `$disconnect` may run for a connection that goes on, and when it may never run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.checker import check
from tests.chaos.history import TOOK_OVER, Gap, History, Push, Ran, Received, Resumed, Trouble
from tests.chaos.made_up import LEAVES, RULES, STAYS, changed, good, got, kinds, more, pushed, ran, without


def test_the_end_that_one_of_two_servers_saw_may_be_told_while_the_other_serves() -> None:
    early = changed(good(), ran("$disconnect", STAYS), at=1.0)
    assert kinds(History(RULES, [*early.lines, Trouble(TOOK_OVER, -1, 0.9, 1.5)])) == set()
    assert "$disconnect of a living one" in kinds(History(RULES, [*early.lines, Trouble(TOOK_OVER, -1, 1.1, 1.5)]))


def forgotten_end() -> History:
    """Of a client without a stream since 1.2, whose window is over at 4.4. Redis comes back with what it had saved
    before, and the client comes back."""
    lines = without(good(), lambda line: isinstance(line, Trouble) or pushed(11)(line) or got(11)(line)).lines
    lines = [Ran(4.4, "$disconnect", STAYS, 7, 1006), *lines, Trouble("kill_redis", -1, 4.5, 4.6), Resumed(4.65, STAYS)]
    lines += [Gap(4.7, STAYS, 1, 0), Push(11, STAYS, 0, "d", 4.72, 4.74, 200), Received(4.75, STAYS, 11, "d")]
    return History(replace(RULES, keeps=False), lines)


def test_who_comes_back_to_a_redis_that_forgot_its_end_goes_on_after_a_gap() -> None:
    for history in (forgotten_end(), more(forgotten_end(), Trouble("save_redis", -1, 4.2, 4.3))):
        assert kinds(history) == set()
        assert check(history).excused["$disconnect of one that came back, Redis forgot that it had ended"] == 1


def never_lost() -> History:
    """The same, but its client had the stream all the time."""
    return without(changed(forgotten_end(), got(11), event="e.l.0-1"), lambda line: line == Resumed(4.65, STAYS))


def test_a_node_that_was_cut_off_goes_on_with_what_others_had_ended_when_redis_forgot_that() -> None:
    cut = Trouble("cut_back", 0, 0.8, 4.5)
    assert kinds(more(never_lost(), cut)) == set()
    assert kinds(more(never_lost(), replace(cut, ended=2.0), replace(cut, begun=2.5))) == set()
    for other in (replace(cut, begun=1.5), replace(cut, ended=3.0), replace(cut, what="cut_front")):
        assert "$disconnect of a living one" in kinds(more(never_lost(), other))


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(History(RULES, forgotten_end().lines), id="Redis keeps all"),
        pytest.param(
            changed(forgotten_end(), lambda line: isinstance(line, Trouble), what="stop_redis"), id="Redis stood still"
        ),
        pytest.param(more(forgotten_end(), Trouble("save_redis", -1, 4.42, 4.45)), id="Redis had saved the end"),
        pytest.param(changed(forgotten_end(), lambda line: line == Resumed(4.65, STAYS), at=3.0), id="a stream before"),
        pytest.param(more(forgotten_end(), Gap(4.45, STAYS, 1, 0)), id="a stream after it, before Redis forgot"),
        pytest.param(without(forgotten_end(), lambda line: isinstance(line, Gap)), id="no gap"),
        pytest.param(changed(forgotten_end(), lambda line: isinstance(line, Gap), at=4.76), id="a gap too late"),
        pytest.param(
            changed(forgotten_end(), lambda line: line == Ran(4.4, "$disconnect", STAYS, 7, 1006), at=4.62),
            id="ended by the Redis that came back",
        ),
        pytest.param(never_lost(), id="a stream that was never lost"),
    ],
)
def test_the_end_of_a_living_one_is_found_though_redis_forgot_something(history: History) -> None:
    assert "$disconnect of a living one" in kinds(history)


def test_the_end_of_a_connection_may_be_lost_with_a_node_that_died_when_it_was_due() -> None:
    history = without(good(), ran("$disconnect", LEAVES))
    assert kinds(history) == {"$disconnect never"}
    dying = History(RULES, [*history.lines, Trouble("kill_node", 0, 5.1, 5.2, pid=7)])
    assert kinds(dying) == set()
    assert sum(check(dying).excused.values()) == 1
