"""The shortest session is found by real replays, over WebSocket and over SSE + POST, of a chat with one fault."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from shim.dualrun.compare.difference import Difference
from shim.dualrun.errors import ProcessFailed
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.scenario import Close, Send, Session
from shim.dualrun.report.repro.reduce import Runs, Shortest, reduce_divergence
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


def replaying(make: Callable[[], Chat]) -> Callable[[Sequence[Session]], Runs]:
    async def run(sessions: Sequence[Session]) -> Runs:
        first = await over_websocket(sessions)
        second = await over_websocket(sessions, run="legacy-2", first=first)
        return first, second, await over_stream(first, sessions, server=StreamChat(make()))

    return lambda sessions: asyncio.run(run(sessions))


def first_difference(session: Session, runs: Runs) -> Difference:
    return evaluate([session], runs[:2], runs[2]).unexplained[0]


def shortest(session: Session, make: Callable[[], Chat], **options) -> tuple[Difference, Shortest]:
    replay = replaying(make)
    runs = replay([session])
    first = first_difference(session, runs)
    return first, reduce_divergence(first, [session], runs, replay, seconds=lambda: 0.0, **options)


@pytest.mark.parametrize(("fault", "kind"), [("drop", "missing"), ("twice", "duplicate"), ("leak", "misrouted")])
def test_a_fault_that_needs_one_message_is_shown_by_one_message(fault, kind):
    session = long_session(act("alice", "chat", "hello"))
    first, found = shortest(session, lambda: Chat(fault))
    assert (first.kind, found.difference.kind, found.confirmed) == (kind, kind, True)
    sends = [step for step in found.session.steps if isinstance(step, Send)]
    assert [(step.client, step.route) for step in sends] == [("alice", "chat")]
    assert len(found.session.clients) == (3 if fault == "leak" else 2)
    assert first_difference(found.session, found.runs).kind == kind


def test_steps_that_a_fault_depends_on_come_back():
    session = long_session(
        act("alice", "chat", "please remember"), act("bob", "chat", "yes"), act("alice", "chat", "the secret")
    )
    _, found = shortest(session, Forgetful)
    said = [step.text for step in found.session.steps if isinstance(step, Send)]
    assert found.confirmed
    assert len(said) == 3
    assert ["remember" in said[0], "secret" in said[2]] == [True, True]
    assert len(found.session.steps) == 5


def test_when_time_is_over_the_shortest_so_far_is_told_from_the_recordings():
    session = long_session(act("alice", "chat", "hello"))
    _, found = shortest(session, lambda: Chat("drop"), limit_s=0.0)
    assert (found.confirmed, found.replays) == (False, 0)
    assert len([step for step in found.session.steps if isinstance(step, Send)]) == 1


def test_a_replay_that_fails_in_the_harness_ends_in_what_the_recordings_say():
    session = long_session(act("alice", "chat", "hello"))
    runs = replaying(lambda: Chat("drop"))([session])

    def broken(_sessions: Sequence[Session]) -> Runs:
        raise ProcessFailed("The new path", "ended at once")

    first = first_difference(session, runs)
    told: list[str] = []
    found = reduce_divergence(first, [session], runs, broken, seconds=lambda: 0.0, tell=told.append)
    assert not found.confirmed
    assert found.difference.kind == "missing"
    assert told == ["replaying 4 shorter sessions, the shortest of 3 steps"]


def test_the_shortest_of_the_sessions_that_part_in_the_same_way_is_taken():
    long = long_session(act("alice", "chat", "hello"))
    short = Session("short", (*OPENING[:2], act("alice", "chat", "hello")))
    replay = replaying(lambda: Chat("drop"))
    runs = replay([long, short])
    first = evaluate([long, short], runs[:2], runs[2]).unexplained[0]
    assert first.session == "long"
    found = reduce_divergence(first, [long, short], runs, replay, seconds=lambda: 0.0)
    assert found.replays <= 6
    assert len(found.session.steps) == 3
