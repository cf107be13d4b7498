from __future__ import annotations

from shim.dualrun.report.timeline import MAX_EVENTS
from tests.shim.dualrun.report.reporting import report


def texts(events):
    return [event.text for event in events if event.kind == "msg"]


def test_without_differences_there_is_no_timeline():
    assert report([(3, "bob", "x")]).timeline is None


def test_pairs_cross_where_messages_changed_places():
    made = report([(3, "bob", text) for text in "abcd"], [(3, "bob", text) for text in "acdb"])
    shown = made.timeline
    assert (shown.session, shown.client) == ("talk", "bob")
    assert (texts(shown.legacy), texts(shown.candidate)) == (list("abcd"), list("acdb"))
    assert [(shown.legacy[i].text, shown.candidate[j].text) for i, j in shown.pairs if (i, j) in shown.moved] == [
        ("b", "b")
    ]
    assert len(shown.pairs) == 5  # with the one that opened the stream


def test_the_client_whose_messages_changed_places_is_preferred_to_the_first_difference():
    made = report([(3, "bob", "lost"), (4, "alice", "a"), (4, "alice", "b")], [(4, "alice", "b"), (4, "alice", "a")])
    assert made.first.difference.client == "bob"
    assert made.timeline.client == "alice"


def test_a_long_stream_is_shown_around_the_place():
    legacy = [(3, "bob", f"m{n}") for n in range(200)]
    candidate = [*legacy[:100], legacy[101], legacy[100], *legacy[102:]]
    shown = report(legacy, candidate).timeline
    assert len(shown.legacy) == len(shown.candidate) == MAX_EVENTS
    assert shown.left_out == 2 * (201 - MAX_EVENTS)
    ((i, j),) = shown.moved
    assert shown.legacy[i].text == shown.candidate[j].text in {"m100", "m101"}


def test_a_message_that_moved_far_has_a_window_of_its_own_on_each_path():
    legacy = [(3, "bob", f"m{n}") for n in range(200)]
    shown = report(legacy, [*legacy[:10], *legacy[11:], legacy[10]]).timeline
    assert "m10" in texts(shown.legacy)
    assert "m10" in texts(shown.candidate)
