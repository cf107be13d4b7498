"""The checker finds each kind of violation in a history that is good but for that one, and nothing in a good one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.checker import check
from tests.chaos.history import Gap, History, Over, Ran, Received, Trouble
from tests.chaos.made_up import LEAVES, RULES, SETTLED, STAYS, TO_ALL, changed, good, got, kinds, pushed, ran, without


def test_a_good_history_has_no_violations_also_when_it_was_written_and_read(tmp_path: Path) -> None:
    good().save(tmp_path / "history")
    assert check(good()).violations == []
    assert check(History.load(tmp_path / "history")).violations == []


def test_what_was_not_acknowledged_may_be_lost_and_may_come() -> None:
    for status in (None, 503):
        assert kinds(changed(good(), pushed(4), status=status)) == set()
        assert kinds(without(changed(good(), pushed(4), status=status), got(4))) == set()


def test_two_that_were_pushed_at_the_same_time_may_come_in_either_order() -> None:
    history = changed(changed(good(), pushed(4), begun=0.2), pushed(2), ended=0.9)
    lines = [line for line in history.lines if not got(2)(line)]
    place = next(n for n, line in enumerate(lines) if got(4)(line))
    lines.insert(place + 1, Received(0.7, STAYS, 2, "d"))
    assert kinds(History(RULES, lines)) == set()


def test_what_came_last_to_a_client_that_left_may_be_missing() -> None:
    assert kinds(without(good(), got(9, LEAVES))) == set()


def test_when_redis_forgot_something_a_gap_makes_a_loss_known() -> None:
    forgetful = History(replace(RULES, keeps=False), good().lines)
    lossy = without(forgetful, got(4))
    assert kinds(lossy) == {"lost"}
    assert kinds(History(lossy.rules, [*lossy.lines, Gap(1.8, STAYS, 4, 3)])) == set()
    late = without(changed(forgetful, pushed(11), begun=SETTLED + 0.9, ended=SETTLED + 0.95), got(11))
    assert "lost" in kinds(History(late.rules, [*late.lines, Gap(SETTLED + 0.99, STAYS, 4, 3)]))


def test_a_slot_that_moves_is_a_reason_for_a_gap_and_none_for_a_loss() -> None:
    moved = without(good(), lambda line: isinstance(line, Trouble))
    moved.lines += [Trouble("move_slot", -1, 0.9, 1.0), Gap(1.1, STAYS, 4, 3)]
    assert kinds(moved) == set()
    assert kinds(without(moved, got(4))) == {"lost"}


@pytest.mark.parametrize(
    ("kind", "history"),
    [
        pytest.param("lost", without(good(), got(4)), id="one in the middle"),
        pytest.param("lost", without(good(), got(11)), id="the last one"),
        pytest.param("lost", without(good(), got(TO_ALL)), id="one to all"),
        pytest.param("lost", without(good(), got(3, LEAVES)), id="of a client that left later"),
        pytest.param("duplicated", History(RULES, [*good().lines, Received(4.5, STAYS, 4, "d")]), id="duplicated"),
        pytest.param("phantom", History(RULES, [*good().lines, Received(4.5, STAYS, 99, "d")]), id="nobody's"),
        pytest.param("phantom", History(RULES, [*good().lines, Received(4.5, STAYS, 3, "d")]), id="another's"),
        pytest.param("phantom", changed(good(), got(4), digest="e"), id="changed"),
        pytest.param("phantom", changed(good(), got(4), at=0.1), id="before it was pushed"),
        pytest.param("phantom", changed(good(), pushed(10), status=413), id="refused"),
        pytest.param("needless gap", History(RULES, [*good().lines, Gap(1.2, STAYS, 3, 4)]), id="needless gap"),
        pytest.param("ended early", History(RULES, [*good().lines, Over(2.0, STAYS, "204")]), id="within the window"),
        pytest.param("ended early", History(RULES, [*good().lines, Over(2.0, STAYS, "close 1008")]), id="closed"),
        pytest.param("not served again", changed(good(), pushed(11), status=503), id="never taken again"),
        pytest.param("refused though open", changed(good(), pushed(2), status=410), id="410 though open"),
        pytest.param("refused though open", changed(good(), pushed(2), status=500), id="500"),
        pytest.param("$connect", History(RULES, [*good().lines, Ran(1.0, "$connect", STAYS, 7)]), id="$connect twice"),
        pytest.param("$connect", without(good(), ran("$connect", STAYS)), id="$connect never"),
        pytest.param("$disconnect never", without(good(), ran("$disconnect", STAYS)), id="$disconnect never"),
        pytest.param(
            "$disconnect twice",
            History(RULES, [*good().lines, Ran(6.0, "$disconnect", STAYS, 8)]),
            id="$disconnect twice",
        ),
        pytest.param(
            "$disconnect of a living one", changed(good(), ran("$disconnect", STAYS), at=1.0), id="$disconnect early"
        ),
        pytest.param("message never handled", without(good(), ran("$default", STAYS)), id="never handled"),
        pytest.param(
            "message handled twice",
            History(RULES, [*good().lines, Ran(1.0, "$default", STAYS, 7, id=1)]),
            id="handled twice",
        ),
    ],
)
def test_each_kind_of_violation_is_found(kind: str, history: History) -> None:
    assert kind in kinds(history)


def test_two_that_follow_each_other_may_not_change_places() -> None:
    lines = good().lines
    first, second = (next(n for n, line in enumerate(lines) if got(number)(line)) for number in (2, 4))
    lines[first], lines[second] = lines[second], lines[first]
    assert "reordered" in kinds(History(RULES, lines))


def test_the_checker_imports_nothing_of_the_product() -> None:
    folder = Path(__file__).parent
    parts = ("checker", "cut_off", "ends", "facts", "history")
    for name in parts:
        lines = (folder / f"{name}.py").read_text().splitlines()
        imported = [line.split()[1] for line in lines if line.startswith(("import ", "from "))]
        ours = {module for module in imported if module.partition(".")[0] in {"shim", "migrator", "templates", "tests"}}
        assert ours <= {f"tests.chaos.{one}" for one in parts}
