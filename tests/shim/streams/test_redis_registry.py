"""What a node does with a broadcast that it hears: those whom it is for get it, and nobody else is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams.connection import Event, Message
from shim.streams.redis.following import Following
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.own import Own
from shim.streams.redis.places import elsewhere
from tests.shim.streams.node_alone import LIFE, NodeAlone

NAMES = ("ann", "bob", "cid")


def test_of_a_broadcast_to_some_the_others_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeAlone()
    for number in range(100):
        node.stream(f"other-{number}")
    node.stream("ann")
    asked: list[str] = []
    is_due = Following.is_due

    def counted(following: Following, number: int) -> None:
        asked.append("once")
        is_due(following, number)

    monkeypatch.setattr(Following, "is_due", counted)
    node.broadcast("ann", "who-is-elsewhere")
    assert (len(asked), node.woken) == (1, ["ann"])


def test_who_is_passed_over_is_as_far_as_who_is_not() -> None:
    node = NodeAlone(last=7)
    ann, bob = node.stream("ann"), node.stream("bob")
    node.broadcast("ann")
    node.broadcast("ann")

    assert node.taken(ann) == [8, 9]
    assert bob.broadcasts.last == ann.broadcasts.last == 9
    assert bob.mark == ann.mark == f".{LIFE}.9"
    assert bob.drained
    assert not bob.broadcasts.misses


def test_who_has_not_taken_one_is_not_further_however_many_are_for_others_since() -> None:
    node = NodeAlone()
    ann = node.stream("ann")
    node.broadcast("bob")
    node.broadcast("ann")
    node.broadcast("bob")

    assert ann.broadcasts.last == 1
    assert not ann.drained
    assert node.taken(ann) == [2]
    assert ann.broadcasts.last == 3


def test_a_stream_that_was_told_of_more_than_this_node_gets_only_what_comes_after_that() -> None:
    node = NodeAlone(last=3)
    ann = node.stream("ann", last=5)
    for _ in range(4):
        node.broadcast("ann")
    assert node.taken(ann) == [6, 7]


def test_a_message_after_a_broadcast_for_others_waits_until_that_is_heard() -> None:
    node = NodeAlone(last=4)
    ann = node.stream("ann")
    node.registry.sent("ann", Own(1, 6, 0, Message("own", 0.0)), ("e", LIFE))
    assert ann.next() is None

    node.registry.feed(ann)
    node.woken.clear()
    node.broadcast("bob")
    assert node.woken == ["ann"]
    assert ann.next() is None
    node.registry.feed(ann)
    node.broadcast("bob")
    assert node.woken == ["ann", "ann"]
    found = ann.next()
    assert isinstance(found, Event)
    assert found.message.data == b"own"
    node.registry.feed(ann)
    node.broadcast("bob")
    assert node.woken == ["ann", "ann"]


def test_an_end_after_a_broadcast_for_others_comes_when_that_is_heard() -> None:
    node = NodeAlone(last=4)
    ann = node.stream("ann")
    node.registry.ended(ann, (0, 5, 1000, "bye"))
    assert not ann.closed
    node.woken.clear()

    node.broadcast("bob")
    assert node.woken == ["ann"]
    assert ann.closed


def test_who_left_is_not_woken_for_what_it_waited_for() -> None:
    node = NodeAlone()
    ann = node.stream("ann")
    node.registry.ended(ann, (0, 1, 1000, "bye"))
    node.registry.remove(ann)
    node.registry.feed(ann)
    node.woken.clear()

    node.broadcast("bob")
    assert node.woken == []


def test_in_another_life_a_stream_stays_wnode_it_was_until_it_goes_on_in_that() -> None:
    node = NodeAlone(last=10)
    ann = node.stream("ann")
    node.registry.know_life("l2")
    node.registry.know_log(8)
    for _ in range(4):
        node.broadcast("bob")
    assert ann.broadcasts.last == 10

    ann.relived(ann.epoch, (0, 0, 8), 0, elsewhere(ann.places, ann.epoch, "l2", [(0, 8)]))
    assert ann.places[1].broadcast == 10
    assert node.taken(ann) == [-1]
    assert ann.broadcasts.last == 12


def test_what_another_server_answers_to_what_a_stream_asked_for_does_not_move_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would count as lost in the life in which it was asked for, and come never in that."""
    node = NodeAlone(last=3)
    answers: list[Callable[[list[Any]], object]] = []
    monkeypatch.setattr(node.registry, "post", lambda *words: answers.append(words[3]))
    ann = node.stream("ann", last=1)
    assert len(answers) == 1

    node.registry.know_life("l2")
    node.registry.know_log(2)
    answers[0]([])
    assert ann.places[0].broadcast == 1
    assert not ann.is_lost


def test_what_a_log_that_begins_anew_does_not_have_is_missed_by_those_who_were_up_to_date_too() -> None:
    node = NodeAlone(last=3)
    ann, bob = node.stream("ann"), node.stream("bob", last=9)
    node.registry.know_life("l2")
    node.registry.know_life(LIFE)
    node.registry.know_log(9)
    node.broadcast("cid")

    assert ann.broadcasts.last == 3
    assert ann.broadcasts.misses
    assert bob.broadcasts.last == 10


whom = st.sets(st.sampled_from(NAMES))
acts = st.one_of(
    st.tuples(st.just("broadcast"), whom), st.tuples(st.just("take"), whom), st.tuples(st.just("come"), whom)
)


@given(st.lists(acts, max_size=40))
def test_each_gets_what_is_for_it_once_and_in_order_whenever_it_looks(done: list[tuple[str, set[str]]]) -> None:
    node = NodeAlone()
    streams: dict[str, Hosted] = {}
    wanted: dict[str, list[int]] = {name: [] for name in NAMES}
    found: dict[str, list[int]] = {name: [] for name in NAMES}
    for what, names in [*done, ("take", set(NAMES))]:
        if what == "broadcast":
            number = node.broadcast(*sorted(names))
            for name in streams:
                if name in names or not names:
                    wanted[name].append(number)
        for name in sorted(names) if what != "broadcast" else ():
            if what == "come":
                if name not in streams:
                    streams[name] = node.stream(name)
            elif name in streams:
                found[name] += node.taken(streams[name])
                assert streams[name].broadcasts.last == node.registry.log.last
    assert found == wanted
