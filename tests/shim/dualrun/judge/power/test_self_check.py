from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.judge.power.faults import FAULTS
from shim.dualrun.judge.power.power import Missed, Power, Tally
from shim.dualrun.judge.power.self_check import Stageable, check_power, sites_of
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.scenario import Connect, Resume, Session
from shim.dualrun.record.spoof import Spoof
from tests.shim.dualrun.recorded import Special, leave, record, say, talk, three

TALK = talk(say(), say("bob"), Resume("bob"), say("bob"), leave("alice"), say("bob"))


def told(step: int, at: str, number: str) -> list:
    """Two messages to each of two clients, with an id and a time that are never twice the same; dave hears nothing."""
    texts = [
        {"type": "chat", "id": f"a1b2c3d4{number}{step}", "text": f"hello {step}", "at": f"2025-10-09T08:{at}:00Z"},
        {"type": "count", "members": 2, "names": ["alice", "bob"], "id": f"a1b2c3d4{number}{step}", "full": False},
    ]
    return [(step, client, json.dumps(text)) for client in ("alice", "bob") for text in texts]


def run(at: str, number: str) -> list:
    answer = [(6, "bob", Special("error", 413, {"message": "too large"}, "post"))]
    return [*told(3, at, number), *told(4, at, number), *answer, *told(8, at, number)[2:]]


def stage() -> Stage:
    found = three(TALK, run("53", "x"), run("55", "y"), run("56", "z"))
    candidate = record(TALK, run("56", "z"), run="candidate", later=200).events
    return Stage(TALK, candidate, found.comparisons["talk"], Random(0))


def test_a_fault_leaves_all_other_events_alone_and_numbers_them_anew():
    whole = stage()
    for site in sites_of(whole):
        spoiled = list(site.inject(Random(1)))
        strip = [replace(event, n=0) for event in spoiled]
        kept = [event for event in (replace(event, n=0) for event in whole.events) if event in strip]
        assert len(kept) >= len(whole.events) - (2 if site.kind != "refused" else len(whole.events)), site.kind
        for client in TALK.clients:
            numbers = [event.n for event in spoiled if event.client == client]
            assert numbers == list(range(len(numbers)))


def test_what_is_injected_is_never_what_was_there():
    whole = stage()
    before = [replace(event, n=0) for event in whole.events]
    for site in sites_of(whole):
        assert [replace(event, n=0) for event in site.inject(Random(1))] != before, site.kind


def test_a_delayed_message_is_late_on_both_clocks():
    whole = stage()
    steady = Stage(TALK, [replace(event, mono=event.at - 1000) for event in whole.events], whole.found, Random(0))
    delays = [site for site in sites_of(steady) if site.kind == "delay"]
    assert {event.at - event.mono for site in delays for event in site.inject(Random(1))} == {1000.0}


SPOOFED = talk(say(), Spoof("bob", "none", "x", "chat"), Spoof("bob", "made_up", "x", "chat"), name="spoofed")


def spoofing() -> Stage:
    found = three(SPOOFED, [(3, "bob", "hello")])
    candidate = record(SPOOFED, [(3, "bob", "hello")], run="candidate", later=200).events
    return Stage(SPOOFED, candidate, found.comparisons["spoofed"], Random(0))


def test_a_request_of_somebody_else_that_is_accepted_is_put_into_each_step_that_tries_one():
    sites = [site for site in sites_of(spoofing()) if site.kind == "spoofed"]
    assert [site.about.step for site in sites] == [4, 5]
    for site in sites:
        spoiled = site.inject(Random(0))
        received = [(event.step, event.client, event.kind, event.status) for event in spoiled]
        assert received[-1] == (site.about.step, "bob", "error", 200)
    power = three(SPOOFED, [(3, "bob", "hello")]).judgement.measures.power
    tally = power.by_kind()["spoofed"]
    assert (tally.injected, tally.found, tally.named) == (2, 2, 2)


def test_every_kind_of_fault_finds_a_place_somewhere():
    refused = Session("refused", (Connect("alice"), Connect("bob")))
    received = [(0, "alice", Special("refused", 403)), (1, "bob", Special("close", 1001))]
    both = three(refused, received)
    other = Stage(refused, record(refused, received, run="candidate").events, both.comparisons["refused"], Random(0))
    told_others = three(talk(say()), [(3, "bob", "hello")])
    echo = Stage(
        talk(say()), record(talk(say()), [(3, "bob", "hello")]).events, told_others.comparisons["talk"], Random(0)
    )
    kinds = {site.kind for where in (stage(), other, echo, spoofing()) for site in sites_of(where)}
    assert set(FAULTS) - kinds == {"answer order", "independent order"}


def test_two_messages_that_no_client_can_tell_apart_do_not_change_places():
    """An id that is never twice the same and said once: who is to know which came first?"""

    def made(number: str) -> list:
        return [(3, "bob", {"id": f"a1b2c3{number}"}), (3, "bob", {"id": f"d4e5f6{number}"})]

    session = talk(say())
    found = three(session, made("x1"), made("y2"), made("z3"))
    candidate = record(session, made("z3"), run="candidate").events
    kinds = {site.kind for site in sites_of(Stage(session, candidate, found.comparisons["talk"], Random(0)))}
    assert "swap" not in kinds
    assert "merge" in kinds


def test_a_judgement_without_differences_says_what_would_have_been_noticed():
    found = three(TALK, run("53", "x"), run("55", "y"), run("56", "z")).judgement.measures
    assert found.power.injected > 80
    assert [str(missed) for missed in found.power.missed] == []
    assert found.power.share == 1.0


def test_where_something_differs_power_is_not_measured():
    assert three(TALK, run("53", "x"), candidate=[]).judgement.measures.power is None


def test_a_comparison_that_sees_nothing_makes_no_pass():
    session = talk(say())
    candidate = record(session, [(3, "bob", {"type": "chat", "text": "hello"})], run="candidate").events
    seen = three(session, [(3, "bob", {"type": "chat", "text": "hello"})]).comparisons["talk"]
    blind = check_power([Stageable(session, candidate, seen)], lambda _session, _events: seen)
    assert blind.found == 0
    assert any("An injected leak was not found." in weakness for weakness in blind.too_weak)
    assert "0 of" in blind.weak_types()["chat"]


def test_the_same_seed_injects_the_same():
    session = talk(say())
    candidate = record(session, [(3, "bob", {"type": "chat", "text": "hello"})], run="candidate").events
    seen = three(session, [(3, "bob", {"type": "chat", "text": "hello"})]).comparisons["talk"]
    injected: list[list] = []
    for _ in range(2):
        injected.append([])

        def remember(_session, events, into=injected[-1]):
            into.append(events)
            return Comparison("talk")

        check_power([Stageable(session, candidate, seen)], remember, seed=4)
    assert injected[0] == injected[1]


def test_the_work_is_bounded():
    session = talk(say())
    received = [(3, "bob", {"type": "chat", "text": f"hello {n}"}) for n in range(500)]
    candidate = record(session, received, run="candidate").events
    seen = three(session, received).comparisons["talk"]
    compared = []
    check_power(
        [Stageable(session, candidate, seen)], lambda _, events: compared.append(events) or seen, compared=2_000
    )
    assert 0 < sum(map(len, compared)) <= 2_100


@pytest.mark.parametrize(
    ("injected", "found", "weak"), [(10, 9, False), (10, 8, True), (40, 38, False), (40, 37, True)]
)
def test_of_few_faults_one_may_be_missed_and_of_many_one_in_twenty(injected, found, weak):
    tally = Tally("drop", "chat", injected, found, found)
    missed = tuple(Missed("drop", "chat", "talk", 3, "bob", "chat") for _ in range(injected - found))
    others = Tally("drop", "other", 900, 900, 900)
    assert bool(Power((tally, others), missed).too_weak) is weak


def test_of_leaks_none_may_be_missed():
    power = Power((Tally("leak", "chat", 500, 499, 499),), (Missed("leak", "chat", "talk", 3, "bob", "chat"),))
    assert power.too_weak == (
        "An injected leak was not found. A message also comes to a client that it is not for (leak): chat to bob in "
        "session 'talk', step 4.",
    )
