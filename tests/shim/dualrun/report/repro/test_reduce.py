"""The shortest session is found by real replays, over WebSocket and over SSE + POST, of a chat with one fault."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from shim.dualrun.compare.difference import Difference
from shim.dualrun.errors import ProcessFailed
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.scenario import Close, Send, Session
from shim.dualrun.report.repro.looks import MAX_REPLAYS, Shortest
from shim.dualrun.report.repro.parting import Runs
from shim.dualrun.report.repro.reduce import reduce_divergence
from tests.shim.dualrun.recorded import record
from tests.shim.dualrun.replay.test_driver import OPENING, act, over_stream, over_websocket, person
from tests.shim.dualrun.tiny import Chat, StreamChat


class Forgetful(Chat):
    """Loses what alice says to bob after she has said 'remember' and bob has said something."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def say(self, person, text):
        if '"chat"' in text:
            if "secret" in text and {"remember", "bob"} <= self.said:
                return None
            self.said |= {word for word in ("remember",) if word in text} | {person.name}
        return super().say(person, text)

    def leave(self, person) -> None:
        super().leave(person)
        self.said.clear()


def long_session(*needed: Send) -> Session:
    """What is needed in the midst of much else."""
    chance = random.Random(7)
    talk = [act(chance.choice(["alice", "bob", "dave"]), "echo", f"word {n}") for n in range(7)]
    for number, step in enumerate(needed):
        talk.insert(2 * number + 1, step)
    return Session("long", (*OPENING, *talk, Close("dave"), person("dave", "blue"), act("dave", "echo", "back")))


class Replaying:
    """`chat`: what the new path is when it begins."""

    def __init__(self, make: Callable[[], Chat]) -> None:
        self.starts = 0
        self._make = make

    def __call__(self, session: Session, *, afresh: bool) -> Runs:
        if afresh:
            self.starts += 1
            self._chat = self._make()
        return self.all([session])

    def all(self, sessions: Sequence[Session]) -> Runs:
        return asyncio.run(self._run(sessions))

    async def _run(self, sessions: Sequence[Session]) -> Runs:
        first = await over_websocket(sessions)
        second = await over_websocket(sessions, run="legacy-2", first=first)
        return first, second, await over_stream(first, sessions, server=StreamChat(self._chat))


def first_difference(sessions: Sequence[Session], runs: Runs) -> Difference:
    return evaluate(sessions, runs[:2], runs[2]).unexplained[0]


def shortest(session: Session, make: Callable[[], Chat], **options) -> tuple[Replaying, Difference, Shortest]:
    replay = Replaying(make)
    runs = replay(session, afresh=True)
    first = first_difference([session], runs)
    replay.starts = 0
    return replay, first, reduce_divergence(first, [session], runs, replay, seconds=lambda: 0.0, **options)


def said(found: Shortest) -> list[Send]:
    return [step for step in found.session.steps if isinstance(step, Send)]


@pytest.mark.parametrize(("fault", "kind"), [("drop", "missing"), ("twice", "duplicate"), ("leak", "misrouted")])
def test_a_fault_that_needs_one_message_is_shown_by_one_message_and_one_replay(fault, kind):
    session = long_session(act("alice", "chat", "hello"))
    replay, first, found = shortest(session, lambda: Chat(fault))
    assert (first.kind, found.difference.kind, found.confirmed) == (kind, kind, True)
    assert [(step.client, step.route) for step in said(found)] == [("alice", "chat")]
    assert len(found.session.clients) == (3 if fault == "leak" else 2)
    assert first_difference([found.session], found.runs).kind == kind
    assert (found.replays, replay.starts) == (1, 1)


@pytest.mark.slow
def test_steps_that_a_fault_depends_on_come_back():
    session = long_session(
        act("alice", "chat", "please remember"), act("bob", "chat", "yes"), act("alice", "chat", "the secret")
    )
    replay, _, found = shortest(session, Forgetful)
    texts = [step.text for step in said(found)]
    assert found.confirmed
    assert len(texts) == 3
    assert ["remember" in texts[0], "secret" in texts[2]] == [True, True]
    assert len(found.session.steps) == 5
    assert replay.starts == 2, "the search goes on in processes that have begun, and its result is seen in new ones"


class Sticky(Chat):
    """Loses what alice says, once anybody has ever said 'remember'."""

    remembers = False

    def say(self, person, text):
        self.remembers = self.remembers or "remember" in text
        return None if self.remembers and '"chat"' in text else super().say(person, text)


@pytest.mark.slow
def test_what_an_earlier_replay_left_behind_takes_nothing_from_the_session():
    session = long_session(act("bob", "echo", "remember"), act("alice", "chat", "hello"))
    replay, _, found = shortest(session, Sticky)
    assert found.confirmed
    assert [step.client for step in said(found)] == ["bob", "alice"]
    assert replay.starts > 2


def test_what_only_earlier_sessions_cause_is_told_as_not_confirmed():
    before, after = (
        Session(name, (*OPENING[:2], *steps))
        for name, steps in (
            ("before", [act("bob", "echo", "remember")]),
            ("after", [act("alice", "chat", "hello")]),
        )
    )
    replay = Replaying(Sticky)
    replay._chat = Sticky()
    runs = replay.all([before, after])
    first = first_difference([before, after], runs)
    assert first.session == "after"
    found = reduce_divergence(first, [before, after], runs, replay, seconds=lambda: 0.0)
    assert (found.confirmed, len(said(found))) == (False, 1)


def test_when_time_is_over_the_shortest_so_far_is_told_from_the_recordings():
    session = long_session(act("alice", "chat", "hello"))
    _, _, found = shortest(session, lambda: Chat("drop"), limit_s=0.0)
    assert (found.confirmed, found.replays) == (False, 0)
    assert len(said(found)) == 1


class Fading:
    """Replays in which only the whole session shows it, whatever is left out."""

    def __init__(self, runs: Runs, steps: int) -> None:
        self._runs, self._steps = runs, steps

    def __call__(self, session: Session, *, afresh: bool) -> Runs:
        if len(session.steps) < self._steps:
            raise ProcessFailed("The new path", "ended at once")
        first, second, new = (
            replace(run, events=tuple(replace(event, session=session.name) for event in run.events))
            for run in self._runs
        )
        return first, second, new


def test_replays_are_bounded():
    session = Session("long", (*OPENING, *(act("bob", "echo", f"{n}") for n in range(90)), act("alice", "chat", "x")))
    received = [(len(session.steps) - 1, "bob", "x")]
    runs = (
        record(session, received),
        record(session, received, run="legacy-2", later=100),
        record(session, [], run="candidate", later=200),
    )
    first = first_difference([session], runs)
    replay = Fading(runs, len(session.steps))
    found = reduce_divergence(first, [session], runs, replay, seconds=lambda: 0.0)
    assert found.replays == MAX_REPLAYS
    assert (found.confirmed, len(found.session.steps)) == (False, 3)


def test_a_replay_that_fails_in_the_harness_ends_in_what_the_recordings_say():
    session = long_session(act("alice", "chat", "hello"))
    runs = Replaying(lambda: Chat("drop"))(session, afresh=True)

    def broken(_session: Session, *, afresh: bool) -> Runs:
        raise ProcessFailed("The new path", "ended at once")

    first = first_difference([session], runs)
    told: list[str] = []
    found = reduce_divergence(first, [session], runs, broken, seconds=lambda: 0.0, tell=told.append)
    assert not found.confirmed
    assert found.difference.kind == "missing"
    assert told[0] == "replaying a shorter session, of 3 steps"


def test_the_shortest_of_the_sessions_that_part_in_the_same_way_is_taken():
    long = long_session(act("alice", "chat", "hello"))
    short = Session("short", (*OPENING[:2], act("alice", "chat", "hello")))
    replay = Replaying(lambda: Chat("drop"))
    replay._chat = Chat("drop")
    runs = replay.all([long, short])
    first = first_difference([long, short], runs)
    assert first.session == "long"
    found = reduce_divergence(first, [long, short], runs, replay, seconds=lambda: 0.0)
    assert found.replays == 1
    assert len(found.session.steps) == 3
