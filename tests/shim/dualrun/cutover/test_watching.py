"""Two paths compared while messages come: what is late is waited for, what is lost is found, and memory is bounded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.dualrun.compare.matching import Matcher
from shim.dualrun.cutover.lanes import MOST_PENDING, Side
from shim.dualrun.cutover.matchers import SameText, typed
from shim.dualrun.cutover.watching import Settled, Watch
from tests.shim.dualrun.cutover.test_control import Clock


class Watched:
    """Two clients, ana and ben; time passes when it is told to."""

    def __init__(self, matcher: Callable[[], Matcher] = SameText) -> None:
        self.clock = Clock()
        self.watch = Watch("tap", matcher, settle_s=5, session_s=600, clock=self.clock)
        for client in ("ana", "ben"):
            self.watch.begin(client)

    def come(self, client: str = "ana", legacy: Iterable[str] = (), candidate: Iterable[str] = ()) -> None:
        for side, texts in (("legacy", legacy), ("candidate", candidate)):
            for text in texts:
                self.watch.note(client, side, text)  # type: ignore[arg-type]

    def catch_up(self, side: Side, texts: Iterable[str]) -> None:
        for text in texts:
            self.watch.note("ana", side, text)

    def after(self, seconds: float) -> Settled:
        self.clock.now += seconds
        return self.watch.settle()

    def kinds(self, seconds: float = 6) -> list[str]:
        return [found.kind for found in self.after(seconds).differences if found.explained is None]


def said(number: int) -> str:
    return json.dumps({"said": f"number {number}"})


def test_the_same_on_both_sides_is_no_difference() -> None:
    watched = Watched()
    watched.come(legacy=map(said, range(50)), candidate=map(said, range(50)))
    settled = watched.after(6)

    assert (settled.differences, settled.compared) == ([], 50)


def test_what_is_late_is_waited_for() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)])
    assert watched.kinds(4) == []
    watched.come(candidate=[said(1)])
    settled = watched.after(6)

    assert (settled.differences, settled.compared) == ([], 1)


def test_what_does_not_come_in_time_is_missing_once() -> None:
    watched = Watched()
    watched.come(legacy=[said(1), said(2)], candidate=[said(2)])

    assert watched.kinds(4) == []
    assert watched.kinds(2) == ["missing"]
    assert watched.kinds(60) == []


def test_one_too_many_is_found() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)], candidate=[said(1), said(1)])

    assert watched.kinds() == ["duplicate"]


def test_another_content_is_found_even_when_the_two_are_not_certain_at_the_same_time() -> None:
    watched = Watched()
    watched.come(legacy=['{"user": "ana", "text": "hello", "room": 1}'])
    assert watched.kinds(4) == []
    watched.come(candidate=['{"user": "ana", "text": "hullo", "room": 1}'])

    assert watched.kinds(2) == ["payload"]


def test_another_order_is_found_across_the_border_between_two_looks() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)], candidate=[said(2)])
    watched.clock.now += 4
    watched.come(legacy=[said(2)], candidate=[said(1)])

    assert watched.kinds(2) == ["reordered"]


def test_what_was_for_somebody_else_is_a_leak() -> None:
    watched = Watched()
    watched.come("ben", legacy=[said(7)], candidate=[said(7)])
    watched.come("ana", legacy=[said(1)], candidate=[said(1), said(7)])
    (found,) = watched.after(6).differences

    assert found.critical
    assert found.client == "ana"


def test_what_somebody_else_was_sent_long_before_is_a_leak_too() -> None:
    watched = Watched()
    watched.come("ben", legacy=[said(7)], candidate=[said(7)])
    assert watched.kinds(60) == []
    watched.come("ana", candidate=[said(7)])

    assert watched.kinds() == ["misrouted"]


def test_what_may_have_other_causes_may_be_missing_but_nothing_may_be_too_many() -> None:
    watched = Watched()
    watched.watch.note("ana", "legacy", said(1), expected=False)
    watched.watch.note("ana", "legacy", said(2), expected=False)
    watched.come(candidate=[said(2), '{"other": true}'])
    settled = watched.after(6)

    assert [found.kind for found in settled.differences] == ["extra"]
    assert (settled.ambient, settled.compared) == (1, 1)


def test_a_session_ends_with_its_client_after_what_was_pending() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)])
    watched.watch.end("ana")
    assert watched.after(4).sessions == []
    watched.come(candidate=[said(1)])
    (session,) = watched.after(2).sessions

    assert (session.client, session.compared, session.differing) == ("ana", 1, False)


def test_what_was_on_its_way_when_the_client_left_is_no_difference() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)])
    watched.clock.now += 60
    watched.come(legacy=[said(2)])
    watched.watch.end("ana")
    settled = watched.after(6)

    assert [(found.kind, found.legacy and found.legacy.text) for found in settled.differences] == [("missing", said(1))]
    assert settled.tail == 1


def test_a_session_that_differs_counts_at_once_and_once_beside_those_under_way() -> None:
    watched = Watched()
    watched.come("ana", legacy=[said(1)])
    watched.come("ben", legacy=[said(2)], candidate=[said(2)])
    settled = watched.after(6)

    assert [(session.client, session.differing) for session in settled.sessions] == [("ana", True)]
    assert settled.under_way == 1
    watched.come("ana", legacy=[said(3)])
    watched.after(6)
    watched.watch.end("ana")
    assert watched.after(6).sessions == []


def test_one_more_long_after_the_first_is_a_duplicate() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)], candidate=[said(1)])
    assert watched.kinds(60) == []
    watched.come(candidate=[said(1)])

    assert watched.kinds() == ["duplicate"]


def test_a_long_connection_is_a_session_every_so_often_and_silence_is_none() -> None:
    watched = Watched()
    for number in range(3):
        watched.come(legacy=[said(number)], candidate=[said(number)])
        watched.after(6)
        assert [session.client for session in watched.after(600).sessions] == ["ana"]


def test_when_one_side_is_lost_nothing_is_said_to_be_missing() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)])
    watched.watch.lose("ana", "the new service closed")
    settled = watched.after(6)

    assert settled.differences == []
    assert [session.lost for session in settled.sessions] == ["the new service closed"]


def test_a_flood_on_one_side_is_bounded_and_said() -> None:
    watched = Watched()
    watched.come(candidate=map(said, range(MOST_PENDING + 500)))
    settled = watched.after(1)

    assert settled.differences == []
    assert [session.lost for session in settled.sessions] == ["more is pending than is kept"]
    assert [client for client in ("ana", "ben") if watched.watch.watches(client)] == ["ben"]


def test_beginning_anew_forgets_what_was_before() -> None:
    watched = Watched()
    watched.come(legacy=[said(1)])
    watched.watch.begin_anew()

    assert watched.kinds() == []


@pytest.mark.parametrize(
    ("legacy", "candidate", "kinds"),
    [
        ('{"id": "9f1c2f9e-5a64-4a0b-9d3c-6f1f6f1d2a10"}', '{"id": "1b4e28ba-2fa1-11d2-883f-b9a761bde3fb"}', []),
        ('{"text": "hello"}', '{"text": "hullo"}', ["payload"]),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', []),
    ],
)
def test_a_shadow_may_have_ids_of_its_own_and_nothing_else(legacy: str, candidate: str, kinds: list[str]) -> None:
    watched = Watched(typed())
    watched.come(legacy=[legacy], candidate=[candidate])

    assert watched.kinds() == kinds


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), max_size=40), st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=80))
def test_however_two_equal_streams_are_interleaved_and_delayed_there_is_no_difference(
    numbers: list[int], turns: list[tuple[bool, int]]
) -> None:
    """As long as no message is later than what is waited for."""
    watched = Watched()
    texts = [said(number) for number in numbers]
    sent: dict[Side, int] = {"legacy": 0, "candidate": 0}
    behind = 0.0
    for first, pause in turns:
        side: Side = "legacy" if first else "candidate"
        watched.catch_up(side, texts[sent[side] : sent[side] + 1])
        sent[side] = min(sent[side] + 1, len(texts))
        behind = behind + pause if sent["legacy"] != sent["candidate"] else 0
        if behind >= 4:
            behind = 0
            for one, number in sent.items():
                watched.catch_up(one, texts[number : max(sent.values())])
            sent = dict.fromkeys(sent, max(sent.values()))
        assert watched.after(pause).differences == []
    for one, number in sent.items():
        watched.catch_up(one, texts[number : max(sent.values())])
    assert watched.after(6).differences == []
