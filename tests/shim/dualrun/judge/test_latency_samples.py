from __future__ import annotations

from dataclasses import replace

from shim.dualrun.judge.latency_samples import samples_of
from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import Connect, Resume
from tests.shim.dualrun.recorded import leave, record, say, talk, three

TALK = talk(say(), Resume("bob"), say(), leave("dave"), Connect("dave"))
RECEIVED = [(3, "bob", "one"), (3, "dave", "one"), (5, "bob", "two")]


def timed(run: str, slower: float, *, steady_clock: bool = True) -> Recording:
    """Each step begins at ten times its number; events come 1 s after it, and 1 s after each other."""
    recording = record(TALK, RECEIVED, run=run)
    events = []
    for event in recording.events:
        place = sum(before.step == event.step for before in events)
        mono = 100 + 10 * event.step + 1 + place + slower if steady_clock else 0.0
        events.append(replace(event, mono=mono))
    sent = [
        Event(run, recording.path, "talk", step, "x", step, "msg", "post", None, "", 0.0, "sent", "", 100 + 10.0 * step)
        for step in range(len(TALK.steps))
    ]
    return replace(recording, events=tuple(events), sent=tuple(sent))


def found(slower: float = 0.5, *, steady_clock: bool = True):
    comparisons = three(TALK, RECEIVED).comparisons
    legacy, candidate = timed("legacy-1", 0.0), timed("candidate", slower, steady_clock=steady_clock)
    rows = {
        client: [
            (
                next((e for e in legacy.events if a and e.key == a.key), None),
                next((e for e in candidate.events if b and e.key == b.key), None),
            )
            for a, b in pairs
        ]
        for client, pairs in comparisons["talk"].rows.items()
    }
    return list(samples_of([TALK], legacy, candidate, {"talk": replace(comparisons["talk"], rows=rows)}))


def test_from_the_act_to_its_effect_on_each_client():
    steady = [(round(s.legacy, 3), round(s.candidate, 3)) for s in found() if s.phase == "steady"]
    assert sorted(steady) == [(1.0, 1.5), (2.0, 2.5)]


def test_connects_and_what_follows_a_resume_stand_apart():
    phases = [sample.phase for sample in found()]
    assert phases.count("first event") == 3
    assert phases.count("after reconnect") == 2  # bob's message after the resume, and dave's second connect


def test_the_spread_of_a_fan_out_is_from_its_first_to_its_last_recipient():
    (spread,) = [sample for sample in found() if sample.phase == "fan-out spread"]
    assert (round(spread.legacy, 3), round(spread.candidate, 3)) == (1.0, 1.0)


def test_a_recording_without_a_steady_clock_gives_no_number():
    assert found(steady_clock=False) == []
