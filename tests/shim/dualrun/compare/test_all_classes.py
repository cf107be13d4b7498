"""Classes that need more than two lists of messages: time, ids of streams, sizes, channels, and who sent what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shim.dualrun.compare.lateness import LATE_MARGIN_S, TAIL_MARGIN_S
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Resume
from tests.shim.dualrun.recorded import START, Special, classes, leave, record, say, talk, three

CHAT = talk(say(), say("bob"), say("dave"))
FRAME = {"message": "Internal server error", "connectionId": "aB3dE5gH7jK9mN1=", "requestId": "zY8xW6vU4tS2rQ0="}


def explained(evaluation):
    return sorted({d.explained for d in evaluation.differences if d.explained})


def changed(recording, change):
    return replace(recording, events=tuple(change(event) for event in recording.events))


def runs(session, received):
    return record(session, received), record(session, received, run="legacy-2", later=100)


# reordered, on pairs that depend on each other


def test_messages_of_senders_who_know_nothing_of_each_other_have_no_order():
    legacy = [(3, "dave", "of alice"), (4, "dave", "of bob")]
    found = three(CHAT, legacy, candidate=[(4, "dave", "of bob"), (4, "dave", "of alice")])
    assert classes(found) == []
    assert explained(found) == ["by_design:independent_order", "by_design:late"]


def test_messages_of_one_sender_keep_their_order():
    session = talk(say(), say())
    legacy = [(3, "dave", "first"), (4, "dave", "second")]
    found = three(session, legacy, candidate=[(4, "dave", "second"), (4, "dave", "first")])
    assert classes(found) == ["reordered"]


def test_an_answer_comes_after_what_its_sender_had_seen():
    legacy = [(3, "bob", "question"), (3, "dave", "question"), (4, "dave", "answer")]
    candidate = [(3, "bob", "question"), (4, "dave", "answer"), (4, "dave", "question")]
    assert classes(three(CHAT, legacy, candidate=candidate)) == ["reordered"]


def test_a_client_sees_what_it_had_seen_before_it_wrote_before_the_echo_of_that():
    legacy = [(3, "bob", "question"), (4, "bob", "own echo")]
    candidate = [(4, "bob", "own echo"), (4, "bob", "question")]
    assert classes(three(CHAT, legacy, candidate=candidate)) == ["reordered"]


def test_who_reads_the_same_topic_sees_the_same_order():
    session = talk(say(), say("bob"), clients="alice bob dave erin")
    legacy = [(4, name, text) for text in ("of alice", "of bob") for name in ("dave", "erin")]
    legacy = [(4 if text == "of alice" else 5, name, text) for _, name, text in legacy]
    both = [(5, name, text) for name in ("dave", "erin") for text in ("of bob", "of alice")]
    assert classes(three(session, legacy, candidate=both)) == []
    one = [(5, "dave", "of bob"), (5, "dave", "of alice"), (5, "erin", "of alice"), (5, "erin", "of bob")]
    assert classes(three(session, legacy, candidate=one)) == ["reordered"]


# cross_channel_order


def answered(step, client, text, status=500):
    return (step, client, Special("msg", status, {**FRAME, "requestId": text}, "post"))


def test_the_answer_to_a_post_has_no_order_within_its_step():
    legacy = [(3, "alice", FRAME), (3, "alice", "event")]
    found = three(CHAT, legacy, candidate=[(3, "alice", "event"), answered(3, "alice", FRAME["requestId"])])
    assert classes(found) == []
    assert "by_design:answer_order" in explained(found)


def test_an_event_of_an_earlier_step_behind_the_answer_of_a_later_one_is_cross_channel_order():
    session = talk(say(), say())
    legacy = [(3, "alice", "event"), (4, "alice", FRAME)]
    found = three(session, legacy, candidate=[answered(4, "alice", FRAME["requestId"]), (4, "alice", "event")])
    assert classes(found) == ["cross_channel_order"]


# late, pending_tail


def later(seconds, text):
    return lambda event: replace(event, at=event.at + seconds) if event.text == text else event


@pytest.mark.parametrize(("seconds", "found"), [(LATE_MARGIN_S - 1, []), (LATE_MARGIN_S + 1, ["late"])])
def test_a_message_is_late_beyond_its_margin(seconds, found):
    received = [(3, "bob", "quick"), (3, "bob", "slow")]
    candidate = changed(record(CHAT, received, run="candidate", later=200), later(seconds, "slow"))
    assert classes(evaluate([CHAT], runs(CHAT, received), candidate)) == found


def test_a_clock_that_jumps_makes_nothing_late():
    received = [(3, "bob", "quick"), (3, "bob", "slow")]

    def steady(event):
        return replace(event, mono=event.at - START + 5)

    legacy = tuple(changed(run, steady) for run in runs(CHAT, received))
    candidate = changed(changed(record(CHAT, received, run="candidate", later=200), steady), later(3600, "slow"))
    assert classes(evaluate([CHAT], legacy, candidate)) == []


def closed_at(candidate, step, client, at):
    event = Event("candidate", "stream", "talk", step, client, 0, "close", "stream", None, "", at, direction="sent")
    return replace(candidate, sent=(event,))


@pytest.mark.parametrize(("after", "found"), [(TAIL_MARGIN_S / 2, "pending_tail"), (TAIL_MARGIN_S * 3, "missing")])
def test_what_had_no_time_to_come_may_be_on_its_way(after, found):
    session = talk(say(), leave("alice"))
    received = [(3, "bob", "told"), (3, "alice", "echo")]
    candidate = record(session, received[:1], run="candidate", later=200)
    due = next(event.at for event in candidate.events if event.text == "told")
    candidate = closed_at(candidate, 4, "alice", due + after)
    assert classes(evaluate([session], runs(session, received), candidate)) == [found]


def test_what_a_server_that_had_nothing_left_to_do_did_not_send_is_missing():
    session = talk(say(), leave("alice"))
    received = [(3, "bob", "told"), (3, "alice", "echo")]
    candidate = record(session, received[:1], run="candidate", later=200)
    closed = closed_at(candidate, 4, "alice", candidate.events[-1].at + TAIL_MARGIN_S / 2)
    assert classes(evaluate([session], runs(session, received), replace(closed, settled=True))) == ["missing"]


def test_what_is_missing_before_something_that_came_is_lost():
    session = talk(say(), leave("alice"))
    received = [(3, "bob", "told"), (3, "alice", "first"), (3, "alice", "second")]
    candidate = record(session, [received[0], received[2]], run="candidate", later=200)
    candidate = closed_at(candidate, 4, "alice", max(event.at for event in candidate.events) + 0.01)
    assert classes(evaluate([session], runs(session, received), candidate)) == ["missing"]


def test_what_comes_in_the_step_of_ones_own_leaving_may_come():
    session = talk(say(), leave("alice"))
    received = [(3, "alice", "echo"), (4, "alice", "farewell")]
    found = three(session, received, candidate=received[:1])
    assert classes(found) == []
    assert explained(found) == ["by_design:presence"]


# resume_duplicate, gap


def test_what_comes_again_after_a_resume_is_a_resume_duplicate():
    session = talk(say(), Resume("bob"), say())
    received = [(3, "bob", "one"), (5, "bob", "two")]
    candidate = record(session, [received[0], (4, "bob", "one"), received[1]], run="candidate", later=200)
    candidate = changed(candidate, lambda event: replace(event, resumed=event.step >= 4 and event.client == "bob"))
    assert classes(evaluate([session], runs(session, received), candidate)) == ["resume_duplicate"]


def test_a_gap_that_is_told_is_a_gap_beside_what_is_missing():
    session = talk(say(), Resume("bob"))
    told = (4, "bob", Special("gap", None, '{"from": 4, "to": 5}'))
    found = three(session, [(3, "bob", "one")], candidate=[told])
    assert sorted(classes(found)) == ["gap", "missing"]


# size_limit


def large(characters):
    return talk(say(text="x" * characters), say("bob"))


def test_a_message_that_only_a_post_can_carry_is_by_design():
    session = large(140_000)
    legacy = [(3, "alice", Special("close", 1009, "too big"))]
    candidate = [(3, "bob", "got it"), (3, "alice", "echo")]
    found = three(session, legacy, candidate=candidate)
    assert classes(found) == []
    assert explained(found) == ["by_design:size_limit"]
    assert {d.kind for d in found.differences if d.explained} == {"size_limit"}


def test_a_message_that_both_refuse_in_their_way_is_by_design():
    session = large(140_000)
    legacy = [(3, "alice", Special("close", 1009, "too big"))]
    answer = (3, "alice", Special("error", 413, "too large", "post"))
    assert classes(three(session, legacy, candidate=[answer])) == []


def test_a_message_that_the_legacy_path_takes_and_the_new_one_refuses_is_size_limit():
    session = large(40_000)
    answer = (3, "alice", Special("error", 413, "too large", "post"))
    found = three(session, [(3, "bob", "got it")], candidate=[answer])
    assert classes(found) == ["size_limit", "size_limit"]


def test_a_small_message_that_is_refused_is_not_excused_by_size():
    answer = (3, "alice", Special("error", 413, "too large", "post"))
    assert "size_limit" not in classes(three(CHAT, [(3, "bob", "one")], candidate=[answer]))


def test_what_follows_from_a_connection_that_stays_open_is_a_consequence():
    session = talk(say(text="x" * 140_000), say("bob"))
    legacy = [(3, "alice", Special("close", 1009, "too big")), (4, "dave", "news")]
    candidate = [(4, "dave", "news"), (4, "alice", "of your own")]
    found = three(session, legacy, candidate=candidate)
    assert classes(found) == []
    assert explained(found) == ["by_design:consequence", "by_design:size_limit"]


def test_a_leak_is_never_a_consequence():
    session = talk(say(text="x" * 140_000), say("bob"))
    legacy = [(3, "alice", Special("close", 1009, "too big")), (4, "dave", "news")]
    found = three(session, legacy, candidate=[(4, "dave", "news"), (4, "alice", "news")])
    assert classes(found) == ["misrouted"]


# matching


def test_a_key_of_the_application_pairs_messages_that_say_something_else():
    def orders(*prices):
        return [(3, "bob", {"no": f"A{n:07}", "at": "x" * n, "price": price}) for n, price in enumerate(prices, 1)]

    legacy = orders(*range(10))
    wrong = [
        (step, client, {**text, "at": "?", "price": -1, "more": 1, "and": 2, "yet": 3})
        for step, client, text in legacy[3:4]
    ]
    found = three(CHAT, legacy, candidate=[*legacy[:3], *wrong, *legacy[4:]])
    assert {d.path for d in found.unexplained} == {"$.at", "$.price", "$.more", "$.and", "$.yet"}


def test_which_of_several_is_missing_is_told_by_what_others_received():
    ids = [[f"{run}{n}aaaa-bbbb" for n in range(1, 4)] for run in "xyz"]

    def run(which, dave=(0, 1, 2)):
        told = [(3, "bob", {"type": "note", "id": value}) for value in ids[which]]
        return [*told, *((3, "dave", {"type": "note", "id": ids[which][n]}) for n in dave)]

    found = three(CHAT, run(0), run(1), run(2, dave=(0, 2)))
    assert classes(found) == ["missing"]
    assert ids[0][1] in found.unexplained[0].expected


def test_a_change_in_every_message_of_a_large_step_is_payload():
    legacy = [(3, "bob", {"type": "row", "n": n, "a": "same", "b": "same"}) for n in range(300)]
    candidate = [(step, client, {**text, "n": text["n"], "b": "other"}) for step, client, text in legacy]
    found = three(CHAT, legacy, candidate=candidate)
    assert classes(found) == ["payload"] * 300
