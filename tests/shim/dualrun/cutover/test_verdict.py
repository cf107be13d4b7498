"""When it goes back, and that it does not before there is reason."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shim.dualrun.compare.difference import Difference
from shim.dualrun.cutover.errors import JournalUnwritable
from shim.dualrun.cutover.guard import Guard
from shim.dualrun.cutover.journal import read_journal
from shim.dualrun.cutover.matchers import SameText
from shim.dualrun.cutover.options import FallBackRules
from shim.dualrun.cutover.verdict import Verdict
from shim.dualrun.cutover.watching import SessionOver, Settled, Watch
from tests.shim.dualrun.cutover.test_control import Clock, Desk
from tests.shim.dualrun.cutover.test_journal import full_disk

RULES = FallBackRules()


def sessions(verdict: Verdict, count: int, differing: int = 0) -> None:
    verdict.take(Settled(sessions=[SessionOver("c", 3, number < differing, None) for number in range(count)]))


def difference(kind: str, explained: str | None = None) -> Difference:
    return Difference(kind, "s", 1, "ana", None, "a detail", explained=explained)  # type: ignore[arg-type]


def test_nothing_seen_is_no_reason_and_no_proof() -> None:
    verdict = Verdict(RULES, clock=Clock())

    assert verdict.turned() is None
    assert verdict.word == "INCONCLUSIVE"
    assert verdict.sessions_to_go == 449  # the reference's table: none differing, 1 %


def test_one_session_that_differs_is_no_reason_yet() -> None:
    verdict = Verdict(RULES, clock=Clock())
    sessions(verdict, 100, differing=1)

    assert verdict.turned() is None


def test_one_that_differs_beside_many_that_run_and_do_not_is_no_reason_yet() -> None:
    verdict = Verdict(RULES, clock=Clock())
    verdict.under_way = 99
    sessions(verdict, 1, differing=1)
    assert verdict.turned() is None

    verdict.under_way = 0
    assert verdict.turned() is not None


def test_proof_that_more_sessions_differ_than_may_is_a_reason() -> None:
    verdict = Verdict(RULES, clock=Clock())
    sessions(verdict, 20, differing=4)
    turn = verdict.turned()

    assert turn is not None
    assert turn.why == "more than 1.00% of sessions differ: 4 of 20"
    assert turn.evidence["evidence_against"] >= 20


def test_proof_that_fewer_differ_is_a_pass() -> None:
    verdict = Verdict(RULES, clock=Clock())
    sessions(verdict, 448)
    assert verdict.word == "INCONCLUSIVE"
    sessions(verdict, 1)

    assert (verdict.word, verdict.sessions_to_go) == ("PASS", 0)


def test_it_seldom_goes_back_while_as_many_differ_as_may_however_often_it_is_looked_at() -> None:
    """At the bound itself, looked at after each of 1,000 sessions: at most `alpha` of runs, by Ville's inequality."""
    chance = random.Random(20)
    turned = 0
    for _ in range(200):
        verdict = Verdict(RULES, clock=Clock())
        for _ in range(1_000):
            verdict.sessions += 1
            verdict.differing += chance.random() < RULES.difference_rate
            if verdict.against >= 20:
                turned += 1
                break

    assert turned <= 20  # 10 are expected at most; 21 or more have a chance below 0.1 %


def test_a_leak_is_a_reason_at_once() -> None:
    verdict = Verdict(RULES, clock=Clock())
    verdict.take(Settled(differences=[difference("misrouted")]))
    turn = verdict.turned()

    assert turn is not None
    assert turn.why == "a message reached somebody for whom it was not (1)"


def test_what_is_explained_is_no_reason() -> None:
    verdict = Verdict(RULES, clock=Clock())
    verdict.take(Settled(differences=[difference("misrouted", "waiver:W-1")]))

    assert verdict.turned() is None


def test_what_messages_say_is_not_kept_as_evidence() -> None:
    verdict = Verdict(RULES, clock=Clock())
    verdict.take(Settled(differences=[difference("payload")]))

    assert verdict.to_record()["examples"] == ["payload"]


def test_errors_have_to_be_too_many_several_times_in_a_row() -> None:
    clock = Clock()
    verdict = Verdict(RULES, clock=clock)
    for number in range(200):
        verdict.rates.add("new", "timed_out" if number % 10 == 0 else "handled", 0.01)
        verdict.rates.add("old", "handled", 0.01)

    assert [verdict.turned() is None for _ in range(3)] == [True, True, False]
    clock.now += RULES.window_s + 1
    assert verdict.turned() is None


def test_few_messages_say_nothing_of_errors() -> None:
    verdict = Verdict(RULES, clock=Clock())
    for _ in range(RULES.least_messages - 1):
        verdict.rates.add("new", "integration_error", 0.01)

    assert [verdict.turned() for _ in range(5)] == [None] * 5


@pytest.mark.parametrize(("new_s", "turns"), [(0.19, False), (0.25, True)])
def test_latency_may_be_later_by_its_margin(new_s: float, turns: bool) -> None:
    verdict = Verdict(RULES, clock=Clock())
    for _ in range(200):
        verdict.rates.add("old", "handled", 0.1)
        verdict.rates.add("new", "handled", new_s)

    assert any(verdict.turned() for _ in range(3)) == turns


def test_errors_that_the_old_service_has_too_are_no_reason() -> None:
    verdict = Verdict(RULES, clock=Clock())
    for number in range(400):
        for where in ("old", "new"):
            verdict.rates.add(where, "integration_error" if number % 10 == 0 else "handled", 0.01)

    assert [verdict.turned() for _ in range(5)] == [None] * 5


def guarded(tmp_path: Path, **options: object) -> tuple[Desk, Verdict, Watch, Guard]:
    desk = Desk(tmp_path, **options)
    verdict = Verdict(RULES, clock=desk.clock)
    watch = Watch("tap", SameText, settle_s=5, session_s=600, clock=desk.clock)
    return desk, verdict, watch, Guard(desk.control, verdict, [watch], desk.options)


async def test_a_leak_takes_it_back_and_the_counts_begin_anew(tmp_path: Path) -> None:
    desk, verdict, watch, guard = guarded(tmp_path, stage="live", share_percent=5)
    for client in ("ana", "ben"):
        watch.begin(client)
    watch.note("ben", "legacy", '{"secret": "of ben"}')
    watch.note("ana", "candidate", '{"secret": "of ben"}')
    desk.clock.now += 6
    await guard.check()

    last = read_journal(desk.path)[-1]
    assert (last.by, last.after.stage) == ("automatic", "shadow")
    assert last.evidence is not None
    assert last.evidence["leaks"] == 1
    assert "of ben" not in desk.path.read_text()
    assert verdict.leaks == 0
    await guard.check()
    assert desk.control.position.stage == "shadow"


async def test_frozen_it_stays_where_it_is(tmp_path: Path) -> None:
    desk, verdict, _, guard = guarded(tmp_path, stage="live")
    await desk.set(frozen=True)
    sessions(verdict, 20, differing=10)
    await guard.check()

    assert desk.control.position.stage == "live"
    assert verdict.word == "FAIL"


async def test_proof_moves_it_on_only_where_that_was_asked_for(tmp_path: Path) -> None:
    desk, verdict, _, guard = guarded(tmp_path, stage="tap")
    sessions(verdict, 500)
    await guard.check()
    assert desk.control.position.stage == "tap"
    desk.control.close()

    asked, verdict, _, guard = guarded(tmp_path, stage="tap", advance=True)
    sessions(verdict, 500)
    await guard.check()
    assert asked.control.position.stage == "shadow"
    assert verdict.sessions == 0


async def test_what_could_not_be_written_is_written_when_the_disk_has_room(tmp_path: Path) -> None:
    desk, verdict, _, guard = guarded(tmp_path, stage="live")
    sessions(verdict, 20, differing=10)
    with full_disk(desk.path, 10), pytest.raises(JournalUnwritable):
        await guard.check()
    assert desk.control.position.stage == "shadow"
    await guard.check()

    assert read_journal(desk.path)[-1].after.stage == "shadow"
