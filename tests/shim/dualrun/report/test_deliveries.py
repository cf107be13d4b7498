from __future__ import annotations

from shim.dualrun.report.deliveries import MAX_PUBLISHES, MAX_RECIPIENTS
from tests.shim.dualrun.recorded import say, talk
from tests.shim.dualrun.report.reporting import report


def states(made):
    return [[delivery.state for delivery in publish.deliveries] for publish in made.deliveries.publishes]


def test_equal_deliveries_are_the_same_and_nobody_is_blamed_for_what_nobody_received():
    made = report([(3, "bob", "x"), (3, "dave", "x"), (4, "alice", "y")])
    assert made.deliveries.clients == ("alice", "bob", "dave")
    assert [publish.step for publish in made.deliveries.publishes] == [3, 4]
    assert states(made) == [["none", "same", "same"], ["same", "none", "none"]]


def test_a_session_that_pushes_nothing_has_no_matrix():
    assert report([]).deliveries is None


def test_who_missed_a_publish_and_who_received_what_was_not_meant_for_them():
    made = report([(3, "bob", "x"), (4, "alice", "y")], [(3, "dave", "x"), (4, "alice", "y"), (4, "alice", "y")])
    assert states(made) == [["none", "missing", "leak"], ["extra", "none", "none"]]


def test_a_changed_message_came_all_the_same():
    made = report([(3, "bob", {"a": 1, "b": 2})], [(3, "bob", {"a": 1, "b": 3})])
    assert states(made) == [["none", "other", "none"]]


def test_a_large_session_is_cut_to_what_differs():
    names = [f"c{n}" for n in range(60)]
    session = talk(*[say("c0") for _ in range(100)], clients=" ".join(names))
    received = [(60 + n, names[1], f"m{n}") for n in range(100)] + [(159, "c59", "m99")]
    made = report(received, [each for each in received if each[1] != "c59"], session=session)
    assert len(made.deliveries.clients) == MAX_RECIPIENTS
    assert "c59" in made.deliveries.clients
    assert len(made.deliveries.publishes) == MAX_PUBLISHES
    assert made.deliveries.left_out == 100 - MAX_PUBLISHES
    assert made.deliveries.publishes[-1].step == 159
