"""How long a WebSocket lives, in a loop whose time is set by hand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.faces.websocket_limits import LifeTimer, sendable_code
from shim.gateway.limits import GatewayLimits
from shim.streams.records import sendable_reason


class Timer:
    def __init__(self, at: float, call: Callable[[], object]) -> None:
        self.at, self.call, self.cancelled = at, call, False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Of an event loop, what a timer needs."""

    def __init__(self) -> None:
        self.now = 50.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, call: Callable[[], object]) -> Timer:
        self.timers.append(Timer(at, call))
        return self.timers[-1]

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.at <= end and not timer.cancelled]:
            first = min(due, key=lambda timer: timer.at)
            self.timers.remove(first)
            self.now = max(self.now, first.at)
            first.call()
        self.now = end


class Life:
    def __init__(self, **limits: object) -> None:
        self.loop, self.overs, self.last_ping_at = Loop(), [], 0.0
        self.timer = LifeTimer(
            GatewayLimits(**limits), self.loop, lambda: self.overs.append(self.loop.now), lambda: self.last_ping_at
        )


def test_without_limits_there_is_no_timer() -> None:
    assert Life(idle_s=0, duration_s=0).loop.timers == []


def test_messages_keep_a_socket_alive_with_one_timer() -> None:
    life = Life(idle_s=600, duration_s=0)
    for _ in range(100):
        life.loop.advance(599)
        life.timer.active()
        assert len(life.loop.timers) == 1
    assert life.overs == []
    silent_since = life.loop.now
    life.loop.advance(700)
    assert life.overs == [silent_since + 600]


def test_after_two_hours_it_ends_whatever_is_said() -> None:
    life = Life()
    for _ in range(80):
        life.loop.advance(100)
        life.timer.active()
    assert life.overs == [50 + 7_200]


@pytest.mark.parametrize(("resets", "overs"), [(True, []), (False, [650.0])])
def test_a_ping_is_a_sign_of_life_by_option(resets: bool, overs: list[float]) -> None:
    life = Life(ping_resets_idle=resets)
    life.loop.advance(500)
    life.last_ping_at = life.loop.now
    life.loop.advance(400)
    assert life.overs == overs


def test_a_socket_that_ended_is_not_ended_again() -> None:
    life = Life(idle_s=600)
    life.timer.stop()
    life.loop.advance(10_000)
    assert life.overs == []


@given(st.integers(0, 65_535), st.text())
def test_what_goes_into_a_close_frame_may_stand_there(code: int, reason: str) -> None:
    sent, words = sendable_code(code), sendable_reason(reason)

    assert sent in range(1000, 1015) or 3000 <= sent <= 4999
    assert sent not in {1004, 1005, 1006}
    assert len(words.encode()) <= 123
    assert reason.encode("utf-8", "replace").startswith(words.encode())


@pytest.mark.parametrize(("code", "sent"), [(1005, 1000), (1006, 1001), (1015, 1001), (4001, 4001), (1008, 1008)])
def test_codes_that_only_mean_something_locally_become_ones_that_may_be_sent(code: int, sent: int) -> None:
    assert sendable_code(code) == sent
