"""What API Gateway closes for a limit of time is different by design; what is wrong around it is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.scenario import Advance, Close, Connect, Send, Session
from tests.shim.dualrun.recorded import Received, Special, record, say, talk

HELLO = {"text": "hello"}
LEFT = {"left": "bob"}
GONE = Special("close", 1001, "Going away")

STEPS = (say(), Advance(300), say(), Advance(330), Close("bob"), say(), Connect("bob"), say())
"""bob hears nothing for 630 s. Steps 3 to 10; he is closed in step 6, leaves in 7 and is back in 9."""

IDLE = talk(*STEPS)
LEGACY = [(3, "dave", HELLO), (5, "dave", HELLO), (6, "bob", GONE), (6, "alice", LEFT), (8, "dave", HELLO)]
BACK = [(10, "bob", HELLO), (10, "dave", HELLO)]
NEW = [(3, "dave", HELLO), (5, "dave", HELLO), (7, "alice", LEFT), (8, "dave", HELLO)]


def compared(
    session: Session, legacy: Iterable[Received], new: Iterable[Received], skipped: Iterable[int] = ()
) -> Comparison:
    """`skipped`: steps that the legacy path could not take, as it had closed the connection."""
    listed, left_out = list(legacy), list(skipped)
    runs = (
        record(session, listed, skipped=left_out),
        record(session, listed, run="legacy-2", later=100, skipped=left_out),
    )
    return evaluate([session], runs, record(session, new, run="candidate", later=200)).comparisons[session.name]


def found(new: Iterable[Received]) -> Comparison:
    return compared(IDLE, [*LEGACY, *BACK], [*new, *BACK], skipped=(7,))


def test_a_connection_that_an_event_stream_keeps_is_explained_and_so_is_that_others_hear_of_it_later():
    comparison = found(NEW)

    assert comparison.unexplained == []
    assert Counter(d.kind for d in comparison.differences) == {"lifecycle": 1, "late": 1}
    assert comparison.by_design["time_limit"] == 2


def test_who_is_still_there_on_the_new_path_may_receive_more_until_then():
    between = talk(say(), Advance(640), say(), Close("bob"), say(), Connect("bob"), say())
    legacy = [(3, "dave", HELLO), (4, "bob", GONE), (4, "alice", LEFT), (5, "dave", HELLO), (7, "dave", HELLO)]
    new = [(3, "dave", HELLO), (5, "dave", HELLO), (5, "bob", HELLO), (6, "alice", LEFT), (7, "dave", HELLO)]
    back = [(9, "bob", HELLO)]

    comparison = compared(between, [*legacy, *back], [*new, *back], skipped=(6,))

    assert comparison.unexplained == []


def test_that_nobody_hears_of_the_leaving_is_found():
    unexplained = found([event for event in NEW if event[2] != LEFT]).unexplained

    assert [(d.kind, d.client, d.step) for d in unexplained] == [("missing", "alice", 6)]


def test_who_never_leaves_the_new_path_leaves_nothing_to_hear_of():
    stays = talk(say(), Advance(630), say())
    legacy = [(3, "dave", HELLO), (4, "bob", GONE), (4, "alice", LEFT), (5, "dave", HELLO)]
    new = [(3, "dave", HELLO), (5, "dave", HELLO)]

    comparison = compared(stays, legacy, new)

    assert comparison.unexplained == []
    assert comparison.by_design["time_limit"] == 2


def test_a_message_to_somebody_who_had_left_both_paths_is_found():
    unexplained = found([*NEW, (8, "bob", HELLO)]).unexplained

    assert [(d.kind, d.client) for d in unexplained] == [("misrouted", "bob")]


def test_a_message_that_is_lost_after_the_return_is_found():
    comparison = compared(IDLE, [*LEGACY, *BACK], [*NEW, BACK[1]], skipped=(7,))

    assert [(d.kind, d.client, d.step) for d in comparison.unexplained] == [("missing", "bob", 10)]


def test_a_close_before_its_time_or_in_another_step_is_no_limit():
    early = talk(say(), Advance(500), Close("bob"))
    legacy = [(4, "bob", GONE)]
    at_a_message = talk(say(), Advance(700), say(), Close("bob"))

    assert [d.kind for d in compared(early, legacy, [], skipped=(5,)).unexplained] == ["lifecycle"]
    assert [d.kind for d in compared(at_a_message, [(5, "bob", GONE)], [], skipped=(6,)).unexplained] == ["lifecycle"]


def test_a_connection_with_messages_is_closed_for_its_age_only():
    busy = talk(*(Advance(540), say()) * 14, Close("bob"))
    messages = [(4 + 2 * number, "bob", HELLO) for number in range(14)]
    old = [*messages[:13], (29, "bob", GONE)]
    young = [*messages[:12], (27, "bob", GONE)]

    assert compared(busy, old, messages, skipped=(31,)).unexplained == []
    assert compared(busy, young, messages, skipped=(31,)).unexplained[0].kind == "lifecycle"


def test_a_new_path_that_closes_too_is_compared_as_ever():
    both = talk(say(), Advance(700), Close("bob"))
    other = Special("close", 1000, "")

    assert compared(both, [(4, "bob", GONE)], [(4, "bob", GONE)], skipped=(5,)).differences == []
    unexplained = compared(both, [(4, "bob", GONE)], [(4, "bob", other)], skipped=(5,)).unexplained
    assert [(d.kind, d.found) for d in unexplained] == [("lifecycle", "closed with 1000")]


BINARY = Send("bob", "binary:00fffe")
REFUSED = Special("error", 415, '{"detail": "binary messages are not taken here"}', channel="post")
NOT_TAKEN = Special("close", 1003, "binary frames are not supported")


def test_a_binary_frame_that_one_path_closes_for_and_the_other_refuses_is_explained():
    session = talk(say(), BINARY, Close("bob"), say())
    legacy = [(3, "dave", HELLO), (4, "bob", NOT_TAKEN), (4, "alice", LEFT), (6, "dave", HELLO)]
    new = [(3, "dave", HELLO), (4, "bob", REFUSED), (5, "alice", LEFT), (6, "dave", HELLO)]

    comparison = compared(session, legacy, new, skipped=(5,))

    assert comparison.unexplained == []
    assert comparison.by_design["binary_frame"] == 3
    lost = compared(session, legacy, [event for event in new if event[2] != LEFT], skipped=(5,))
    assert [(d.kind, d.client) for d in lost.unexplained] == [("missing", "alice")]


def test_a_close_for_a_text_is_not_one_for_a_binary_frame():
    session = talk(say("bob"), Close("bob"))

    assert [d.kind for d in compared(session, [(3, "bob", NOT_TAKEN)], [], skipped=(4,)).unexplained] == ["lifecycle"]


def test_bytes_that_a_text_frame_has_lost_are_the_same_message_and_others_are_not():
    session = talk(say())

    same = compared(session, [(3, "bob", "a\ufffd\0")], [(3, "bob", "binary:61ff00")])
    assert same.differences == []
    assert same.by_design["bytes_as_text"] == 1
    other = compared(session, [(3, "bob", "a\ufffd\0")], [(3, "bob", "binary:62ff00")])
    assert other.unexplained != []


def test_the_odd_one_out_of_three_runs_is_not_looked_for_where_one_path_closes_by_design():
    runs = (
        record(IDLE, [*LEGACY, *BACK], skipped=(7,)),
        record(IDLE, [*LEGACY, *BACK], run="legacy-2", later=100, skipped=(7,)),
    )
    found = evaluate([IDLE], runs, record(IDLE, [*NEW, *BACK], run="candidate", later=200))

    odd = found.judgement.measures.odd_one_out
    assert (odd.candidate, odd.sessions) == (0, 0)


def test_who_is_closed_for_a_limit_runs_disconnect() -> None:
    runs = (
        record(IDLE, [*LEGACY, *BACK], skipped=(7,)),
        record(IDLE, [*LEGACY, *BACK], run="legacy-2", later=100, skipped=(7,)),
    )
    found = evaluate([IDLE], runs, record(IDLE, [*NEW, *BACK], run="candidate", later=200), routes=("$disconnect",))

    assert found.judgement.routes["$disconnect"].verdict == "PASS"
