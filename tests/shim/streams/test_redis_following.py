"""How far a stream is among the broadcasts: it gets each in order, or is told that some are lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.streams import StreamLimits
from shim.streams.connection import Message
from shim.streams.redis.broadcasts import Broadcast, BroadcastLog
from shim.streams.redis.following import Following


def broadcast(number: int) -> Broadcast:
    return Broadcast(number, Message("x", 0.0, shared=True), b"")


def log_of(first: int, last: int) -> BroadcastLog:
    log = BroadcastLog(StreamLimits())
    log.begin(first - 1)
    for number in range(first, last + 1):
        log.add(broadcast(number))
    return log


def taken(following: Following) -> list[int]:
    found = []
    while (one := following.next()) is not None:
        following.take(one.number)
        found.append(one.number)
    return found


def test_what_the_log_has_is_not_read() -> None:
    following = Following(log_of(3, 6), last=2, taken=2, first=0)

    assert not following.misses
    assert taken(following) == [3, 4, 5, 6]
    assert following.drained


def test_while_the_older_ones_are_on_their_way_they_are_not_asked_for_again() -> None:
    following = Following(log_of(5, 6), last=2, taken=2, first=0)
    assert following.misses
    assert following.next() is None
    following.is_reading = True

    assert not following.misses
    assert not following.drained


def test_those_that_come_in_two_pieces_are_asked_for_twice_and_at_once() -> None:
    following = Following(log_of(5, 5), last=0, taken=0, first=0)
    following.read(map(broadcast, (1, 2)))
    following.take(1)
    assert not following.misses
    following.take(2)

    assert following.misses
    following.read(map(broadcast, (3, 4)))
    assert taken(following) == [3, 4, 5]


@given(seen=st.integers(0, 8), first=st.integers(1, 8), more=st.integers(0, 4), kept_from=st.integers(1, 10))
def test_all_that_redis_or_the_log_keeps_comes_once_and_in_order_and_that_some_are_lost_is_said(
    seen: int, first: int, more: int, kept_from: int
) -> None:
    newest = first + more
    following = Following(log_of(first, newest), last=seen, taken=seen, first=0)
    received, is_said = [], False
    while following.last < newest:
        if following.misses:
            kept = [number for number in range(kept_from, newest + 1) if number > following.last]
            is_said = following.read(map(broadcast, kept[:2])) or is_said  # two at a time
        one = following.next()
        if one is None:
            assert following.misses, "there is nothing to read, nor to go on with"
            continue
        is_said = following.give_up(one.number - 1) or is_said
        following.take(one.number)
        received.append(one.number)

    asked_for = range(seen + 1, newest + 1)
    there = [number for number in asked_for if number >= min(first, kept_from)]
    assert received == there
    assert is_said == (len(there) < len(asked_for))
