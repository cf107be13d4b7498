"""What holds for any recording: nothing is found where nothing is wrong, each fault is called by its name, and the
work grows with the number of messages, not with its square."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.dualrun.compare import leaves
from shim.dualrun.compare.learning import learn, runs_by_session
from tests.shim.dualrun.recorded import record, say, talk

SESSION = talk(say(), say("bob"), say("dave"))
CLIENTS = ("alice", "bob", "dave")
ACTORS = {3: "alice", 4: "bob", 5: "dave"}

words = st.sampled_from(["hello", "bye", "a longer text of several words", "", "ünï ☃", "12", "room-123456"])
values = st.one_of(words, st.integers(-5, 5), st.booleans(), st.none(), st.floats(0, 1).map(lambda x: round(x, 3)))
bodies = st.dictionaries(
    st.sampled_from(["text", "n", "user", "deep"]),
    st.one_of(values, st.lists(values, max_size=3), st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2)),
    max_size=4,
)
messages = st.one_of(bodies, words.filter(bool))
received = st.lists(st.tuples(st.integers(3, 5), st.sampled_from(CLIENTS), messages), max_size=12).map(
    lambda listed: sorted(listed, key=lambda entry: entry[0])
)


def compared(first, candidate, second=None):
    """Legacy against legacy, then against the candidate; the comparison of that."""
    runs = [
        record(SESSION, first),
        record(SESSION, first if second is None else second, run="legacy-2", later=100),
        candidate if not isinstance(candidate, list) else record(SESSION, candidate, run="candidate", later=200),
    ]
    legacy, again, new = map(runs_by_session, runs)
    learned = learn([SESSION], (legacy, again))
    assert learned.unstable == {}
    return learned.candidate().compare(SESSION, legacy["talk"], new["talk"], deliveries=True)


def kinds(comparison):
    return [found.kind for found in comparison.unexplained]


@given(received)
def test_a_recording_compared_with_itself_differs_in_nothing(listed):
    found = compared(listed, listed)
    assert found.differences == []
    assert found.by_design.keys() <= {"handshake_status", "post_status"}
    assert found.deliveries is not None
    assert set(found.deliveries.counts) <= {"delivered"}


@given(received, st.randoms(use_true_random=False))
def test_what_is_different_by_design_is_no_difference(listed, chance):
    """Spelled otherwise, a step later in order, and mixed among senders of whom nobody has seen the others'."""

    def respelled(what):
        if isinstance(what, str):
            return what
        return json.dumps(dict(sorted(what.items(), reverse=chance.random() < 0.5)), ensure_ascii=chance.random() < 0.5)

    candidate = [(step, client, respelled(what)) for step, client, what in listed]
    # Between clients there is no order at all.
    order = {client: chance.random() for client in CLIENTS}
    candidate.sort(key=lambda entry: (entry[0], order[entry[1]]))
    # The last of each client comes a step later.
    for client in CLIENTS:
        last = max((n for n, entry in enumerate(candidate) if entry[1] == client), default=None)
        if last is not None and candidate[last][0] < 5 and chance.random() < 0.5:
            candidate[last] = (candidate[last][0] + 1, *candidate[last][1:])
    candidate.sort(key=lambda entry: entry[0])
    assert kinds(compared(listed, candidate)) == []


unique = st.integers(2, 8).flatmap(
    lambda size: st.lists(st.tuples(st.integers(3, 5), st.sampled_from(CLIENTS)), min_size=size, max_size=size).map(
        lambda places: [
            (step, client, {"type": "note", "no": n, "text": f"word{chr(97 + n)} of many"})
            for n, (step, client) in enumerate(sorted(places, key=lambda place: place[0]))
        ]
    )
)


@given(unique, st.data())
def test_a_fault_is_called_by_its_name(listed, data):
    place = data.draw(st.integers(0, len(listed) - 1))
    step, client, what = listed[place]
    fault = data.draw(st.sampled_from(["missing", "duplicate", "extra", "payload", "misrouted"]))
    candidate = list(listed)
    match fault:
        case "missing":
            del candidate[place]
        case "duplicate":
            candidate.insert(place, listed[place])
        case "extra":
            candidate.insert(place, (step, client, {"other": True, "said": "to nobody before"}))
        case "payload":
            candidate[place] = (step, client, {**what, "text": "changed"})
        case "misrouted":
            stranger = next(name for name in CLIENTS if name not in {client, ACTORS[step]})
            candidate.insert(place, (step, stranger, what))
    found = compared(listed, candidate)
    assert kinds(found) == [fault]
    assert found.unexplained[0].critical == (fault == "misrouted")
    assert found.deliveries is not None
    assert found.deliveries.counts["missing"] == (fault == "missing")
    assert found.deliveries.counts["leaked"] == (fault == "misrouted")


@given(unique, st.data())
def test_messages_of_one_sender_that_change_places_are_reordered(listed, data):
    pairs = [
        (a, b)
        for b in range(len(listed))
        for a in range(b)
        if listed[a][:2] == listed[b][:2] and all(entry[1] != listed[a][1] for entry in listed[a + 1 : b])
    ]
    if not pairs:
        return
    a, b = data.draw(st.sampled_from(pairs))
    candidate = list(listed)
    candidate[a], candidate[b] = candidate[b], candidate[a]
    assert kinds(compared(listed, candidate)) == ["reordered"]


@given(received, received)
@settings(max_examples=60)
def test_everything_of_both_sides_is_accounted_for(ours, theirs):
    """Each message is paired, or told as missing, extra or what it is: none is dropped."""
    runs = [runs_by_session(record(SESSION, ours, run=run)) for run in ("legacy-1", "legacy-2")]
    new = runs_by_session(record(SESSION, theirs, run="candidate"))
    found = learn([SESSION], (runs[0], runs[1])).candidate().compare(SESSION, runs[0]["talk"], new["talk"])
    rows = [row for client in found.rows.values() for row in client]
    alone = sum(a is None or b is None for a, b in rows)
    told = sum(d.legacy is None or d.candidate is None for d in found.differences)
    assert told == alone
    assert sum(found.counts.values()) == len(found.differences)


@pytest.mark.parametrize("fault", [None, "half is missing", "all is changed", "all is new", "in reverse"])
def test_the_work_grows_with_the_number_of_messages(fault, monkeypatch):
    counted = 0
    compare = leaves.Walk.compare

    def counting(*arguments, **options):
        nonlocal counted
        counted += 1
        return compare(*arguments, **options)

    monkeypatch.setattr(leaves.Walk, "compare", counting)
    work = []
    for size in (250, 1_000):
        listed = [(3, "bob", {"type": "row", "no": n, "of": "many", "text": f"no {n}"}) for n in range(size)]
        candidate = {
            None: lambda listed: listed,
            "half is missing": lambda listed: listed[::2],
            "all is changed": lambda listed: [(s, c, {**w, "of": "other", "text": "x"}) for s, c, w in listed],
            "all is new": lambda listed: [(s, c, {"k": w["no"], "z": "nothing alike"}) for s, c, w in listed],
            "in reverse": lambda listed: listed[::-1],
        }[fault](listed)
        counted = 0
        compared(listed, list(candidate))
        work.append(max(counted, size))
    assert work[1] <= 5 * work[0]


def test_a_flood_is_counted_and_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr("shim.dualrun.compare.difference.MAX_KEPT", 10)
    listed = [(3, "bob", {"a": n, "b": 1}) for n in range(50)]
    candidate = [(step, client, json.dumps(what, indent=1)) for step, client, what in listed]
    found = compared(listed, candidate)
    assert found.counts["payload", "by_design:json_spelling"] == found.by_design["json_spelling"] == 50
    assert len(found.differences) == 10


def test_comparing_again_leaves_no_trace():
    listed = [(3, "bob", {"type": "note", "no": n}) for n in range(6)]
    runs = [runs_by_session(record(SESSION, listed, run=run)) for run in ("legacy-1", "legacy-2", "candidate")]
    learned = learn([SESSION], (runs[0], runs[1]))
    spoiled = replace(runs[2]["talk"], events=runs[2]["talk"].events[:-1])
    before = learned.candidate().compare(SESSION, runs[0]["talk"], runs[2]["talk"])
    assert kinds(learned.candidate().compare(SESSION, runs[0]["talk"], spoiled)) == ["missing"]
    assert learned.candidate().compare(SESSION, runs[0]["talk"], runs[2]["talk"]) == before
