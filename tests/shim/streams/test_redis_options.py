"""Options of Redis that do not go together are refused, with what can be done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams import StreamLimits
from shim.streams.redis.fitting import OptionsDoNotFit
from shim.streams.redis.options import KEPT_S, RedisOptions, check_fit

URL = "redis://a"


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        (RedisOptions(URL), StreamLimits()),
        (RedisOptions(URL, timeout_s=10, lease_s=15), StreamLimits()),
        (RedisOptions(URL), StreamLimits(resume_window_s=KEPT_S - 15)),
        (RedisOptions(URL), StreamLimits(resume_window_s=2, drain_spread_ms=5_000)),  # nobody waits for as long
        (RedisOptions(URL), StreamLimits(resume_window_s=0, drain_spread_ms=5_000)),
    ],
)
def test_what_goes_together_is_taken(options: RedisOptions, limits: StreamLimits) -> None:
    check_fit(options, limits)


def test_an_answer_may_not_come_after_the_lease_that_it_renews() -> None:
    with pytest.raises(OptionsDoNotFit) as raised:
        RedisOptions(URL, timeout_s=20, lease_s=1)

    error = raised.value
    assert (error.option, error.found, error.beside, error.beside_s) == ("redis.timeout_s", 20, "redis.lease_s", 1)
    assert error.most == pytest.approx(2 / 3)
    assert str(error) == (
        "redis.timeout_s is 20 s; allowed: at most 0.666 s while redis.lease_s is 1 s, since a renewal after a third of "
        "the lease has to be answered before its end: change one of the two"
    )


def test_a_connection_without_a_stream_may_not_be_forgotten_before_its_window_is_over() -> None:
    with pytest.raises(OptionsDoNotFit) as raised:
        check_fit(RedisOptions(URL), StreamLimits(resume_window_s=86_400))

    assert str(raised.value) == (
        "streams.resume_window_s is 86400 s; allowed: at most 64785 s while redis.lease_s is 15 s, since 18 hours after "
        "a node died Redis may not have its connections any more, and nobody would be told of their ends: change one of "
        "the two"
    )


@given(st.floats(0.05, 1e6), st.floats(1, 1e6))
def test_whoever_does_what_is_said_is_not_refused_again(timeout_s: float, lease_s: float) -> None:
    try:
        RedisOptions(URL, timeout_s=timeout_s, lease_s=lease_s)
    except OptionsDoNotFit as error:
        said = float(error.allowed.removeprefix("at most ").partition(" ")[0])
        RedisOptions(URL, timeout_s=said, lease_s=lease_s)
        RedisOptions(URL, timeout_s=timeout_s, lease_s=timeout_s * 1.5001)
