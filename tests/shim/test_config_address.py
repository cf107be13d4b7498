"""An address that somebody listens on, as one that can be called."""

from __future__ import annotations

import pytest

from shim.config.address import callable_at


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("shim.example.org", "shim.example.org:8000"),
        ("10.0.0.1", "10.0.0.1:8000"),
        ("0.0.0.0", "127.0.0.1:8000"),
        ("2001:db8::1", "[2001:db8::1]:8000"),
        ("::", "[::1]:8000"),
    ],
)
def test_all_addresses_are_called_by_loopback_and_those_of_ipv6_stand_in_brackets(host: str, expected: str) -> None:
    assert callable_at(host, 8000) == expected
