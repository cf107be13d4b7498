"""What is excused while two servers may take themselves for the master, and what is not."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.history import TOOK_OVER, Gap, History, Left, Trouble
from tests.chaos.made_up import LEAVES, RULES, SETTLED, STAYS, changed, good, got, kinds, pushed, ran, without


def test_when_another_server_took_over_a_gap_makes_a_loss_known_and_nothing_else_does() -> None:
    quiet = without(good(), lambda line: isinstance(line, Trouble))
    took_over = Trouble(TOOK_OVER, -1, 0.9, 1.5)
    lossy = without(History(RULES, [*quiet.lines, took_over]), got(4))
    assert kinds(lossy) == {"lost"}
    assert kinds(History(RULES, [*lossy.lines, Gap(0.3, STAYS, 4, 3)])) == {"lost", "needless gap"}
    assert kinds(History(RULES, [*lossy.lines, Gap(1.0, STAYS, 4, 3)])) == set()
    assert kinds(History(RULES, [*quiet.lines, Gap(1.0, STAYS, 4, 3)])) == {"needless gap"}


def test_what_was_pushed_well_after_another_server_took_over_may_not_be_lost() -> None:
    later = changed(good(), pushed(11), begun=SETTLED + 0.9, ended=SETTLED + 0.95)
    lossy = without(History(RULES, [*later.lines, Trouble(TOOK_OVER, -1, 0.9, 1.5)]), got(11))
    assert "lost" in kinds(History(RULES, [*lossy.lines, Gap(SETTLED + 0.99, STAYS, 4, 3)]))


def test_what_one_of_two_servers_had_may_be_lost_untold_to_a_client_that_left_before_nodes_could_know() -> None:
    quiet = without(good(), lambda line: isinstance(line, Trouble))
    lossy = without(quiet, got(3, LEAVES))
    assert kinds(History(RULES, [*lossy.lines, Trouble(TOOK_OVER, -1, 0.4, 1.5)])) == set()
    assert kinds(History(RULES, [*lossy.lines, Trouble(TOOK_OVER, -1, 0.7, 1.5)])) == {"lost"}
    assert kinds(History(RULES, [*lossy.lines, Trouble("kill_redis", -1, 0.4, 1.5)])) == {"lost"}


def test_when_masters_follow_each_other_nodes_know_after_the_last_of_those_that_were_two() -> None:
    quiet = without(good(), lambda line: isinstance(line, Trouble))
    staying = changed(quiet, lambda line: isinstance(line, Left) and line.connection == LEAVES, at=3.8)
    lossy = without(staying, got(3, LEAVES))
    before, then = Trouble(TOOK_OVER, -1, 0.1, 0.3), Trouble(TOOK_OVER, -1, 0.4, 1.5)
    assert kinds(History(RULES, [*lossy.lines, before])) == {"lost"}
    assert kinds(History(RULES, [*lossy.lines, before, then])) == set()
    assert kinds(History(RULES, [*lossy.lines, before, replace(then, begun=0.7)])) == {"lost"}
    assert kinds(History(RULES, [*lossy.lines, before, replace(then, ended=0.7)])) == {"lost"}


def test_two_servers_have_no_common_order_and_a_gap_stands_between() -> None:
    lines = without(good(), lambda line: isinstance(line, Trouble)).lines
    first, second = (next(n for n, line in enumerate(lines) if got(number)(line)) for number in (2, 4))
    lines[first], lines[second] = replace(lines[second], at=0.9), replace(lines[first], at=1.0)
    lines.append(Trouble(TOOK_OVER, -1, 0.3, 1.5))
    assert "reordered" in kinds(History(RULES, lines))
    assert "reordered" not in kinds(History(RULES, [*lines, Gap(0.95, STAYS, 3, 2)]))


def test_a_server_that_takes_over_has_what_one_that_came_back_with_less_before_it_had_not() -> None:
    lines = without(good(), lambda line: isinstance(line, Trouble)).lines
    first, second = (next(n for n, line in enumerate(lines) if got(number)(line)) for number in (2, 4))
    lines[first], lines[second] = replace(lines[second], at=0.9), replace(lines[first], at=1.0)
    lines.append(Gap(0.95, STAYS, 3, 2))
    kill, took_over = Trouble("kill_redis", -1, 0.5, 1.5), Trouble(TOOK_OVER, -1, 0.6, 1.5)
    forgetful = replace(RULES, keeps=False)
    assert "reordered" in kinds(History(forgetful, [*lines, kill]))
    assert "reordered" in kinds(History(forgetful, [*lines, took_over]))
    assert "reordered" in kinds(History(RULES, [*lines, kill, took_over]))
    assert "reordered" in kinds(History(forgetful, [*lines, replace(kill, begun=0.3), took_over]))
    assert "reordered" in kinds(History(forgetful, [*lines, replace(kill, ended=0.55), took_over]))
    assert "reordered" not in kinds(History(forgetful, [*lines, kill, took_over]))
    without_gap = [line for line in lines if not isinstance(line, Gap)]
    assert "reordered" in kinds(History(forgetful, [*without_gap, kill, took_over]))


def test_the_end_that_one_of_two_servers_saw_may_be_told_while_the_other_serves() -> None:
    early = changed(good(), ran("$disconnect", STAYS), at=1.0)
    assert kinds(History(RULES, [*early.lines, Trouble(TOOK_OVER, -1, 0.9, 1.5)])) == set()
    assert "$disconnect of a living one" in kinds(History(RULES, [*early.lines, Trouble(TOOK_OVER, -1, 1.1, 1.5)]))
