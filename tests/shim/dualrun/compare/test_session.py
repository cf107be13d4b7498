"""Each class of difference, and beside it what must not be taken for one."""

from __future__ import annotations

import json

import pytest

from shim.dualrun.compare.increasing import outside_longest_increasing
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.scenario import Connect, Session
from tests.shim.dualrun.recorded import Special, classes, leave, record, say, talk, three

CHAT = talk(say(), say("bob"), say("dave"))
"""Steps 0 to 2 are connects; alice, bob and dave speak in steps 3, 4 and 5."""

FRAME = {"message": "Internal server error", "connectionId": "aB3dE5gH7jK9mN1=", "requestId": "zY8xW6vU4tS2rQ0="}


def only(evaluation, kind):
    assert classes(evaluation) == [kind]
    return evaluation.unexplained[0]


def test_nothing_received_is_no_difference():
    assert classes(three(CHAT, [])) == []


def test_json_that_is_spelled_differently_is_by_design():
    legacy = [(3, "bob", '{"a": 1, "b": [1.0, "é"]}')]
    found = three(CHAT, legacy, candidate=[(3, "bob", '{"b":[1,"\\u00e9"],"a":1}')])
    assert classes(found) == []
    assert found.by_design["json_spelling"] == 1


def test_a_handshake_answers_200_by_design():
    found = three(CHAT, [])
    assert found.by_design == {"handshake_status": 3, "post_status": 3}


def test_a_late_message_is_no_difference_while_the_order_stays():
    found = three(CHAT, [(3, "bob", "one"), (5, "bob", "two")], candidate=[(4, "bob", "one"), (5, "bob", "two")])
    assert classes(found) == []
    assert found.by_design["late"] == 1


def test_a_message_that_the_legacy_path_was_late_with_is_no_difference():
    legacy, early = [(4, "bob", "one")], [(3, "bob", "one")]
    assert classes(three(CHAT, legacy, candidate=early)) == []


def test_a_missing_message():
    found = only(three(CHAT, [(3, "bob", "one"), (3, "alice", "two")], candidate=[(3, "alice", "two")]), "missing")
    assert (found.client, found.step, found.route, found.expected) == ("bob", 3, "chat", "one")
    assert found.detail == "bob did not receive the message on the new path."


def test_an_extra_message():
    found = only(three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (4, "alice", "else")]), "extra")
    assert (found.client, found.step, found.found) == ("alice", 4, "else")


def test_an_echo_to_the_sender_is_extra_and_not_misrouted():
    found = only(three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (3, "alice", "one")]), "extra")
    assert not found.critical
    assert found.detail == "alice received its own message on the new path; on the legacy path only bob did."


def test_a_duplicate():
    found = only(three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (3, "bob", "one")]), "duplicate")
    assert found.client == "bob"


def test_a_duplicate_that_comes_later():
    only(three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (5, "bob", "one")]), "duplicate")


def test_the_same_text_twice_on_both_sides_is_no_duplicate():
    twice = [(3, "bob", "one"), (3, "bob", "one"), (4, "bob", "one")]
    assert classes(three(CHAT, twice)) == []


def test_one_of_two_equal_messages_missing_is_missing():
    only(three(CHAT, [(3, "bob", "one"), (4, "bob", "one")], candidate=[(3, "bob", "one")]), "missing")


def test_reordered_names_the_fewest_messages_that_moved():
    texts = ["one", "two", "three", "four"]
    legacy = [(3, "bob", text) for text in texts]
    moved = [(3, "bob", text) for text in ("two", "three", "four", "one")]
    assert only(three(CHAT, legacy, candidate=moved), "reordered").expected == "one"


def test_the_order_among_different_clients_is_not_compared():
    legacy = [(3, "bob", "one"), (3, "alice", "two")]
    assert classes(three(CHAT, legacy, candidate=legacy[::-1])) == []


def test_a_changed_payload_names_the_leaf():
    legacy = [(3, "bob", {"type": "chat", "users": [{"name": "alice"}]})]
    candidate = [(3, "bob", {"type": "chat", "users": [{"name": "bob"}]})]
    found = only(three(CHAT, legacy, candidate=candidate), "payload")
    assert (found.path, found.expected, found.found) == ("$.users[0].name", '"alice"', '"bob"')


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"n": "5"}, "$.n of a message to bob is text, not a number."),
        ({"n": True}, "$.n of a message to bob is a boolean, not a number."),
        ({"n": None}, "$.n of a message to bob is null, not a number."),
        ({"n": 6}, "$.n of a message to bob has another value."),
        ({}, "$.n of a message to bob is absent."),
        ({"n": 5, "m": 1}, "$.m of a message to bob is not there on the legacy path."),
    ],
)
def test_how_a_leaf_differs(value, problem):
    base = {"type": "chat", "text": "hello"}
    found = three(CHAT, [(3, "bob", {**base, "n": 5})], candidate=[(3, "bob", {**base, **value})])
    assert [d.detail for d in found.unexplained] == [problem]


def test_a_quite_different_message_is_missing_and_extra():
    found = three(CHAT, [(3, "bob", {"type": "chat", "text": "a"})], candidate=[(3, "bob", {"error": 1})])
    assert sorted(classes(found)) == ["extra", "missing"]


@pytest.mark.parametrize(
    ("said", "came"),
    [({"id": "a"}, {"id": ["a"]}), ({"id": "a"}, {}), ({"id": "a"}, {"id": "a", "b": 1, "c": 2, "d": 3})],
)
def test_a_message_of_one_key_that_has_another_value_or_other_keys_is_still_that_message(said, came):
    found = three(CHAT, [(3, "bob", said)], candidate=[(3, "bob", came)])
    assert set(classes(found)) == {"payload"}


def test_a_message_for_others_is_misrouted_and_critical():
    found = only(three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (3, "dave", "one")]), "misrouted")
    assert found.critical
    assert found.detail == "dave received a message that on the legacy path only bob received."


def test_a_leak_is_not_explained_as_a_change_of_a_message_that_is_missing():
    legacy = [(3, "bob", {"type": "chat", "text": "secret"}), (3, "dave", {"type": "chat", "text": "for dave"})]
    leaked = {"type": "chat", "text": "secret"}
    found = three(CHAT, legacy, candidate=[(3, "bob", leaked), (3, "dave", leaked)])
    assert sorted(classes(found)) == ["misrouted", "missing"]


def test_a_leak_that_comes_a_step_later_is_misrouted():
    found = three(CHAT, [(3, "bob", "one")], candidate=[(3, "bob", "one"), (4, "dave", "one")])
    only(found, "misrouted")


def test_a_leak_is_misrouted_where_the_legacy_path_was_the_later_one():
    found = three(CHAT, [(4, "bob", "one")], candidate=[(3, "bob", "one"), (3, "dave", "one")])
    only(found, "misrouted")


def test_an_error_frame_for_somebody_else_is_misrouted():
    found = three(CHAT, [(3, "alice", FRAME)], candidate=[(3, "alice", FRAME), (3, "dave", FRAME)])
    only(found, "misrouted")


def test_a_message_delivered_to_the_wrong_one_is_missing_and_misrouted():
    found = three(CHAT, [(3, "bob", "one")], candidate=[(3, "dave", "one")])
    assert sorted(classes(found)) == ["misrouted", "missing"]


def test_refused_with_the_same_status_is_no_difference():
    refused = [(0, "alice", Special("refused", 401, "Unauthorized"))]
    candidate = [(0, "alice", Special("refused", 401, '{"message": "Unauthorized"}', "post"))]
    assert classes(three(Session("refused", (Connect("alice", refused=True),)), refused, candidate=candidate)) == []


def test_refused_where_the_legacy_path_accepts_is_lifecycle_and_what_follows_is_not_reported_again():
    legacy = [(3, "alice", "one"), (4, "alice", "two")]
    refused = [(0, "alice", Special("refused", 403))]
    found = only(three(CHAT, legacy, candidate=refused), "lifecycle")
    assert found.route == "$connect"
    assert found.detail == "The connect of alice was accepted on the legacy path, and refused with 403 on the new one."


def test_accepted_where_the_legacy_path_refuses_is_lifecycle():
    session = Session("refused", (Connect("alice", refused=True),))
    only(three(session, [(0, "alice", Special("refused", 401))], candidate=[]), "lifecycle")


def test_another_status_is_lifecycle():
    session = Session("refused", (Connect("alice", refused=True),))
    found = three(session, [(0, "alice", Special("refused", 401))], candidate=[(0, "alice", Special("refused", 403))])
    only(found, "lifecycle")


def test_a_server_that_closes_on_both_sides_is_no_difference_whatever_the_reason_says():
    legacy = [(3, "bob", Special("close", 1000, "Connection Closed Normally"))]
    assert classes(three(CHAT, legacy, candidate=[(3, "bob", Special("close", 1000, ""))])) == []


@pytest.mark.parametrize("candidate", [[], [(3, "bob", Special("close", 1001))]])
def test_another_close_by_the_server_is_lifecycle(candidate):
    only(three(CHAT, [(3, "bob", Special("close", 1000))], candidate=candidate), "lifecycle")


def test_a_close_that_only_the_new_path_does_is_lifecycle_and_what_follows_is_not_reported_again():
    found = three(
        CHAT,
        [(3, "bob", "one"), (5, "bob", "two")],
        candidate=[(3, "bob", "one"), (3, "bob", Special("close", 1006))],
    )
    only(found, "lifecycle")


def test_a_disconnect_that_nobody_notices_is_one_lifecycle_difference():
    session = talk(say(), leave("alice"), say("bob"))
    legacy = [(3, "bob", "one"), (4, "bob", "alice left"), (4, "dave", "alice left"), (5, "dave", "two")]
    found = only(three(session, legacy, candidate=[(3, "bob", "one"), (5, "dave", "two")]), "lifecycle")
    assert (found.step, found.route) == (4, "$disconnect")
    assert found.detail == "The disconnect of alice was not noticed: 2 messages to bob and dave did not come."


def test_a_disconnect_that_some_notice_is_missing_for_the_others():
    session = talk(leave("alice"))
    legacy = [(3, "bob", "alice left"), (3, "dave", "alice left")]
    found = only(three(session, legacy, candidate=[(3, "bob", "alice left")]), "missing")
    assert found.client == "dave"


def test_an_error_frame_as_the_answer_to_the_post_is_by_design():
    legacy = [(3, "alice", FRAME), (3, "alice", "one")]
    second = [(3, "alice", {**FRAME, "requestId": "aaaaAAAA0000111="}), (3, "alice", "one")]
    answer = Special("msg", 500, {**FRAME, "requestId": "bbbbBBBB0000111="}, "post")
    found = three(CHAT, legacy, second, [(3, "alice", "one"), (3, "alice", answer)])
    assert classes(found) == []
    assert found.by_design["error_as_answer"] == 1
    assert found.by_design["answer_order"] == 1


def test_an_error_with_another_message_is_error_shape():
    answer = Special("msg", 403, {**FRAME, "message": "Forbidden"}, "post")
    found = only(three(CHAT, [(3, "alice", FRAME)], candidate=[(3, "alice", answer)]), "error_shape")
    assert found.path == "$.message"


def test_the_status_that_a_handler_returns_is_by_design():
    found = three(CHAT, [], candidate=[(3, "alice", Special("error", 400, "", "post"))])
    assert classes(found) == []
    assert found.by_design["returned_status"] == 1


def test_a_returned_status_does_not_explain_a_missing_message():
    answer = Special("error", 400, "", "post")
    only(three(CHAT, [(3, "alice", "one")], candidate=[(3, "alice", answer)]), "missing")


def test_an_error_that_is_no_frame_is_error_shape():
    answer = Special("error", 500, "Internal Server Error", "post")
    only(three(CHAT, [(3, "alice", FRAME)], candidate=[(3, "alice", answer)]), "error_shape")


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [([(3, "alice", FRAME)], []), ([], [(3, "alice", Special("error", 413, "too large", "post"))])],
)
def test_an_error_on_one_side_only_is_error_shape(legacy, candidate):
    only(three(CHAT, legacy, candidate=candidate), "error_shape")


def test_a_step_that_one_side_could_not_take_is_not_compared():
    legacy = [(3, "bob", "one")]
    found = three(CHAT, legacy, candidate=[(0, "alice", Special("refused", 403))])
    assert "missing" in classes(found)
    runs = (record(CHAT, legacy), record(CHAT, legacy, run="legacy-2", later=100))
    new = record(CHAT, [(0, "alice", Special("refused", 403))], run="candidate", later=200, skipped=[3])
    assert classes(evaluate([CHAT], runs, new)) == ["lifecycle"]


def test_json_of_any_depth_is_compared_without_exhausting_the_stack():
    deep = "[" * 50_000
    assert classes(three(CHAT, [(3, "bob", deep + "]" * 50_000)])) == []
    nested = "[" * 500 + "1" + "]" * 500
    changed = nested.replace("1", "2")
    assert classes(three(CHAT, [(3, "bob", nested)], candidate=[(3, "bob", changed)])) == ["payload"]


def test_nothing_is_found_in_long_equal_streams():
    texts = [(3, "bob", json.dumps({"n": n % 7, "text": "hello"})) for n in range(5_000)]
    assert classes(three(CHAT, texts)) == []


def test_of_long_streams_with_nothing_in_common_all_is_told():
    found = three(
        CHAT, [(3, "bob", f"a{n}") for n in range(3_000)], candidate=[(3, "bob", f"b{n}") for n in range(3_000)]
    )
    assert len(classes(found)) == 6_000


@pytest.mark.parametrize(
    ("numbers", "moved"),
    [([], set()), ([5], set()), ([1, 2, 3], set()), ([3, 1, 2], {0}), ([2, 3, 4, 1], {3}), ([1, 9, 2, 3], {1})],
)
def test_the_longest_increasing_part_stays(numbers, moved):
    assert outside_longest_increasing(numbers) == moved


@pytest.mark.parametrize("text", ["responding...", '{"type": "pong", "echo": "echo-17"}', "x" * 20_000])
def test_a_text_that_was_changed_or_cut_is_still_that_message(text):
    middle = len(text) // 2
    for changed in (text[:middle], text[:middle] + "#" + text[middle + 1 :]):
        assert set(classes(three(CHAT, [(3, "bob", text)], candidate=[(3, "bob", changed)]))) == {"payload"}


def test_a_key_with_another_name_is_a_change_of_that_message():
    legacy, candidate = ({"type": "told", "id": 1, name: 2} for name in ("recipients", "reached"))
    found = three(CHAT, [(3, "bob", legacy)], candidate=[(3, "bob", candidate)])
    assert [(d.kind, d.path) for d in found.unexplained] == [("payload", "$.recipients"), ("payload", "$.reached")]


def test_another_text_is_another_message():
    found = classes(three(CHAT, [(3, "bob", "welcome")], candidate=[(3, "bob", "goodbye")]))
    assert sorted(found) == ["extra", "missing"]


def test_an_error_for_somebody_else_is_misrouted_where_the_legacy_path_was_the_later_one():
    session = talk(say(), say("bob"), say("dave"))
    found = three(session, [(4, "alice", FRAME)], candidate=[(3, "alice", FRAME), (3, "dave", FRAME)])
    assert "misrouted" in classes(found)
