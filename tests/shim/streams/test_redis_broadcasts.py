"""What a node keeps of broadcasts: whom each was for, within its bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.streams import StreamLimits
from shim.streams.connection import Message
from shim.streams.redis.broadcasts import RECENT, Broadcast, BroadcastLog

ids = st.text(st.sampled_from("ab=_-é"), min_size=1, max_size=4)


def broadcast(number: int, recipients: set[str], data: str = "x") -> Broadcast:
    return Broadcast(number, Message(data, 0.0, shared=True), "\n".join(sorted(recipients)).encode())


@given(st.sets(ids, min_size=1, max_size=8), ids)
def test_it_is_for_its_recipients_alone_whether_it_is_recent_or_not(recipients: set[str], somebody: str) -> None:
    one = broadcast(1, recipients)
    folded = [one.is_for(each) for each in (*recipients, somebody)]
    one.unfold()
    assert [one.is_for(each) for each in (*recipients, somebody)] == folded
    assert folded == [True] * len(recipients) + [somebody in recipients]


def test_without_recipients_it_is_for_all() -> None:
    one = broadcast(1, set())
    one.unfold()
    assert one.is_for("anybody")


def test_what_is_kept_is_bounded_by_number_and_by_bytes_of_recipients_too() -> None:
    log = BroadcastLog(StreamLimits(broadcast_events=RECENT + 10, broadcast_bytes=1_000))
    for number in range(1, RECENT + 12):
        log.add(broadcast(number, {"a"}))
    assert (log.first, log.last) == (2, RECENT + 11)
    first = log.get(2)
    assert first is not None
    assert first.is_for("a")
    assert not first.is_for("b")
    log.add(broadcast(RECENT + 12, {"c" * 990}))
    assert log.first > RECENT
