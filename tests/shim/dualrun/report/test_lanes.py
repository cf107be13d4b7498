from __future__ import annotations

from shim.dualrun.record.scenario import Connect, Session
from shim.dualrun.report.lanes import AROUND
from tests.shim.dualrun.recorded import Special, say, talk
from tests.shim.dualrun.report.reporting import report


def words(made):
    assert made.first is not None
    return [
        (moment.act or f"{moment.client} receives {(moment.legacy or moment.candidate).text}")
        for moment in made.first.moments
    ]


def test_a_step_comes_before_what_all_clients_receive_after_it():
    made = report([(3, "bob", "x"), (3, "dave", "x"), (4, "alice", "y")], [(3, "bob", "x"), (4, "alice", "y")])
    assert words(made)[-5:-1] == [
        "bob receives x",
        "dave receives x",
        'bob sends \'{"action":"chat"}\' to chat',
        "alice receives y",
    ]
    assert [moment.here for moment in made.first.moments][-5:-1] == [False, True, False, False]


def test_what_one_path_has_alone_is_marked_as_absent_from_the_other():
    made = report([(3, "bob", "x")], [(3, "bob", "x"), (3, "bob", "y")])
    last = next(moment for moment in made.first.moments if moment.here)
    assert (last.on_legacy, last.on_candidate, last.candidate.text) == (False, True, "y")


def test_five_moments_stand_before_and_five_after():
    steps = talk(*[say() for _ in range(20)])
    received = [(3 + n, "bob", f"m{n}") for n in range(20)]
    made = report(received, [each for each in received if each[2] != "m9"], session=steps)
    assert len(made.first.moments) == 2 * AROUND + 1
    assert made.first.moments[AROUND].here
    assert made.first.moments[AROUND].legacy.text == "m9"


def test_a_client_that_one_path_refused_takes_no_further_step_there():
    session = Session("refused", (Connect("alice"), Connect("bob"), say("alice")))
    made = report(
        [(0, "alice", Special("open", 101)), (2, "bob", "x")], [(0, "alice", Special("refused", 403))], session=session
    )
    (send,) = [moment for moment in made.first.moments if moment.act and "sends" in moment.act]
    assert (send.on_legacy, send.on_candidate) == (True, False)


def test_a_difference_that_is_no_event_stands_at_its_step():
    made = report([(3, "bob", "x"), (5, "bob", {"left": "alice"})], [(3, "bob", "x")])
    (here,) = [moment for moment in made.first.moments if moment.here]
    assert here.step == 5
