"""Who was refused comes back later, and not all at once."""

from shim.streams.spreading import AWAY_S, FULL_S, spread_s


def test_retry_after_is_spread_and_never_sooner() -> None:
    for least in (AWAY_S, FULL_S):
        found = {spread_s(least) for _ in range(500)}

        assert found <= set(range(least, 3 * least + 1))
        assert len(found) > least
