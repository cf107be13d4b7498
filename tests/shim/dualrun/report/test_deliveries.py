from __future__ import annotations

from shim.dualrun.report.deliveries import MAX_PUBLISHES, MAX_RECIPIENTS
from tests.shim.dualrun.recorded import say, talk
from tests.shim.dualrun.report.reporting import report


def cells(made):
    return [dict(row) for _, row in made.deliveries.publishes]


def test_equal_deliveries_are_made_and_nobody_is_blamed_for_what_nobody_was_due():
    made = report([(3, "bob", "x"), (3, "dave", "x"), (4, "alice", "y")]).deliveries
    assert made.clients == ("alice", "bob", "dave")
    assert [dict(row) for _, row in made.publishes] == [
        {"bob": "delivered", "dave": "delivered"},
        {"alice": "delivered"},
    ]
    assert (made.precision, made.recall, made.left_out) == (1.0, 1.0, 0)


def test_a_session_that_pushes_nothing_has_no_matrix():
    assert report([]).deliveries is None


def test_who_missed_a_publish_and_who_received_what_was_not_meant_for_them():
    made = report([(3, "bob", "x"), (4, "alice", "y")], [(3, "dave", "x"), (4, "alice", "y")])
    assert cells(made) == [{"bob": "missing", "dave": "leaked"}, {"alice": "delivered"}]
    assert (made.deliveries.precision, made.deliveries.recall) == (0.5, 0.5)


def test_a_large_session_is_cut_to_what_differs():
    names = [f"c{n}" for n in range(60)]
    session = talk(*[say("c0") for _ in range(100)], clients=" ".join(names))
    received = [(60 + n, names[1], f"m{n}") for n in range(100)] + [(158, "c59", "m98")]
    made = report(received, [each for each in received if each[1] != "c59"], session=session).deliveries
    assert len(made.clients) == MAX_RECIPIENTS
    assert {"c1", "c59"} <= set(made.clients)
    assert len(made.publishes) == MAX_PUBLISHES
    assert made.left_out == 100 - MAX_PUBLISHES
    assert dict(made.publishes[-1][1]) == {"c1": "delivered", "c59": "missing"}
