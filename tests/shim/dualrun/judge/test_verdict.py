from __future__ import annotations

from dataclasses import replace

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.evaluate import evaluate
from shim.dualrun.judge.judging import judge
from shim.dualrun.judge.margin import Margin
from shim.dualrun.judge.measuring import measure
from shim.dualrun.judge.verdict import Evidence
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Connect, Resume, Session
from tests.shim.dualrun.recorded import Special, leave, record, say, talk, three

CHAT = talk(say(), leave("alice"))
FRAME = {"message": "Internal server error", "connectionId": "aB3dE5gH7jK9mN1=", "requestId": "zY8xW6vU4tS2rQ0="}
HELLO = [(3, "bob", "hello")]


def test_pass_needs_every_route_exercised_and_something_observed():
    found = three(CHAT, HELLO, routes=("$connect", "$disconnect", "chat")).judgement
    assert found.verdict == "PASS"
    assert found.reasons == ("1 session, 1 message, no difference.",)
    assert {name: route.verdict for name, route in found.routes.items()} == {
        "$connect": "PASS",
        "$disconnect": "PASS",
        "chat": "PASS",
    }
    assert (found.routes["chat"].messages, found.routes["chat"].differences) == (1, 0)


def test_one_difference_fails_its_route_and_the_whole():
    found = three(CHAT, HELLO, candidate=[], routes=("$connect", "chat")).judgement
    assert found.verdict == "FAIL"
    assert found.reasons == ("1 difference that nothing explains: 1 missing.",)
    assert found.routes["chat"].verdict == "FAIL"
    assert found.routes["$connect"].verdict == "PASS"


def timed(session: Session, run: str, later: float, slower: float = 0.0) -> Recording:
    """`slower`: seconds by which each message comes later."""
    recorded = record(session, HELLO, run=run, later=later)
    events = [replace(e, mono=e.at + (slower if e.kind == "msg" else 0.0)) for e in recorded.events]
    opened = next(event for event in events if event.kind == "open")
    sent = replace(opened, client="alice", step=3, kind="msg", direction="sent", mono=opened.mono + 3)
    return replace(recorded, events=tuple(events), sent=(sent,))


def slower_by(seconds: float, margin: Margin | None):
    sessions = [talk(say(), leave("alice"), name=f"talk {number}") for number in range(8)]
    first, second, new = (
        [timed(one, run, later, seconds if run == "candidate" else 0.0) for one in sessions]
        for run, later in (("legacy-1", 0), ("legacy-2", 100), ("candidate", 200))
    )
    return evaluate(sessions, (joined(first), joined(second)), joined(new), margin=margin).judgement


def joined(runs: list[Recording]) -> Recording:
    events = tuple(event for run in runs for event in run.events)
    return replace(runs[0], events=events, sent=tuple(event for run in runs for event in run.sent))


def test_slower_is_told_and_fails_nothing_without_a_margin():
    assert slower_by(0.4, None).verdict == "PASS"


def test_slower_than_the_margin_fails():
    found = slower_by(0.4, Margin(0.1, 0.05))
    assert found.verdict == "FAIL"
    assert found.reasons[0].startswith("Latency, steady, p50: slower. ")


def test_with_a_margin_too_few_samples_are_a_reason():
    found = slower_by(0.0, Margin(0.1, 0.05))
    assert found.verdict == "INCONCLUSIVE"
    assert "Latency, steady, p95: not enough data." in found.reasons


def test_with_a_margin_no_samples_are_a_reason():
    found = three(CHAT, [], silent=("chat",), margin=Margin()).judgement
    assert "No message was timed on both paths, so nothing is known of latency." in found.reasons


def test_a_leak_is_the_first_reason():
    found = three(CHAT, HELLO, candidate=[*HELLO, (3, "dave", "hello"), (3, "alice", "x")]).judgement
    assert found.reasons[0].startswith("Critical: dave received a message")


def test_a_difference_fails_even_where_something_else_is_inconclusive():
    found = three(CHAT, HELLO, candidate=[], routes=("never",)).judgement
    assert found.verdict == "FAIL"
    assert "Route never: no session exercises it." in found.reasons


def test_a_route_that_no_session_exercises_is_inconclusive():
    found = three(CHAT, HELLO, routes=("chat", "never")).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert found.reasons == ("Route never: no session exercises it.",)
    assert found.would_change == ("A session with a message to never that has an effect on some client.",)


def test_a_route_after_which_nobody_received_anything_is_inconclusive():
    found = three(CHAT, []).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert found.reasons == ("Route chat: no client received anything after a message to it.",)


def test_silence_of_a_route_that_sends_nothing_is_a_result():
    assert three(CHAT, [], silent=("chat",)).judgement.verdict == "PASS"


def test_a_route_that_only_fails_on_the_legacy_path_is_inconclusive():
    for silent in ((), ("chat",)):
        found = three(CHAT, [(3, "alice", FRAME)], silent=silent).judgement
        assert found.reasons == ("Route chat: on the legacy path every message to it ended in an error.",)


def test_an_unstable_session_is_inconclusive_and_never_a_failure():
    found = three(CHAT, HELLO, [], []).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert any("differs from itself in session 'talk': step 4, bob: missing." in reason for reason in found.reasons)
    assert "only exercised in sessions that could not be compared (talk)" in found.routes["chat"].reason


def test_a_problem_of_the_harness_is_inconclusive_and_its_session_is_not_compared():
    runs = (record(CHAT, HELLO), record(CHAT, HELLO, run="legacy-2", later=100))
    new = record(CHAT, [], run="candidate", later=200, problems=["step 4 was not over after 40 s"])
    found = evaluate([CHAT], runs, new).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert "candidate, session 'talk': step 4 was not over after 40 s." in found.reasons


def test_no_session_at_all_is_inconclusive():
    empty = record(CHAT, [])
    found = evaluate([], (empty, empty), empty).judgement
    assert found.verdict == "INCONCLUSIVE"


def test_gaps_of_the_generation_are_reasons():
    found = three(CHAT, HELLO, gaps=("The API b is not exercised; only a is.",)).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert found.reasons == ("The API b is not exercised; only a is.",)


def test_a_refusal_that_the_legacy_path_does_not_make_tests_nothing():
    session = Session("refused", (Connect("alice", refused=True), Connect("bob", refused=False)))
    found = three(session, [(1, "bob", Special("refused", 403))]).judgement
    assert found.verdict == "INCONCLUSIVE"
    assert found.reasons == (
        "Session 'refused', step 1: alice was to be refused, but the legacy path accepted it.",
        "Session 'refused', step 2: bob was to be accepted, but the legacy path refused it with status 403.",
    )


def test_what_failed_behind_a_route_is_told_where_nothing_else_was_seen():
    failures = {"chat": "app.py:chat raised KeyError: 'TABLE'"}
    why = "(app.py:chat raised KeyError: 'TABLE')"
    failing = three(CHAT, [(3, "alice", FRAME)], failures=failures).judgement
    assert failing.reasons == (f"Route chat: on the legacy path every message to it ended in an error {why}.",)
    silent = three(CHAT, [], failures=failures).judgement
    assert silent.reasons == (f"Route chat: no client received anything after a message to it {why}.",)
    assert three(CHAT, HELLO, failures=failures).judgement.verdict == "PASS"


def test_many_clients_that_are_refused_alike_are_one_reason():
    session = Session("talk", (Connect("alice", refused=False), Connect("bob", refused=False)))
    refused = Special("refused", 502)
    failures = {"$connect": "app.py:connect raised ValueError: no"}
    found = three(session, [(0, "alice", refused), (1, "bob", refused)], failures=failures).judgement
    assert found.reasons == (
        "Session 'talk', step 1: alice was to be accepted, but the legacy path refused it with status 502 "
        "(app.py:connect raised ValueError: no), and 1 more that were to be accepted.",
    )


def test_messages_that_match_no_route_are_judged_under_a_name_of_their_own():
    session = talk(say(route=None))
    found = three(session, [(3, "alice", FRAME)], candidate=[]).judgement
    assert found.routes["(no route)"].verdict == "FAIL"


def test_a_resume_is_no_message_to_no_route():
    found = three(talk(say(), Resume("bob")), HELLO).judgement
    assert set(found.routes) == {"$connect", "chat"}


def test_a_difference_that_is_explained_does_not_fail():
    found = three(CHAT, HELLO, candidate=[])
    explained = replace(found.differences[0], explained="waiver:W-1")
    evidence = Evidence((CHAT,), record(CHAT, HELLO), {"talk": Comparison("talk", [explained])}, {})
    judgement = judge(evidence, measure(evidence, record(CHAT, HELLO), record(CHAT, [])))
    assert judgement.verdict == "PASS"
    assert judgement.routes["chat"].differences == 0


def test_a_route_for_which_no_client_was_connected_says_so():
    session = talk(say())
    runs = [
        Recording(run, path, (), frozenset((session.name, index) for index in range(len(session.steps))))
        for run, path in (("legacy-1", "websocket"), ("legacy-2", "websocket"), ("candidate", "stream"))
    ]
    found = evaluate([session], (runs[0], runs[1]), runs[2]).judgement
    assert found.routes["chat"].reason == "no client was connected when its turn came"
