"""Only listed proxies may say who a client is."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from shim.faces.options import FaceOptions
from shim.faces.proxies import Peer, read_peer

BEHIND = FaceOptions(trusted_proxies=("10.0.0.0/8", "2001:db8::/32"))


def asked(peer: str | None, headers: dict[str, str], scheme: str = "http") -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "scheme": scheme,
            "path": "/",
            "query_string": b"",
            "client": peer and (peer, 4711),
            "server": ("127.0.0.1", 8000),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
    )


@pytest.mark.parametrize("options", [FaceOptions(), BEHIND])
def test_a_client_can_not_say_who_it_is(options: FaceOptions) -> None:
    said = {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https", "x-forwarded-port": "443"}

    assert read_peer(asked("203.0.113.7", said), options) == Peer("203.0.113.7", 8000, "http")


@pytest.mark.parametrize(
    ("forwarded", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("203.0.113.7:5678", "203.0.113.7"),
        ("[2001:db9::1]:5678", "2001:db9::1"),
        ("2001:db9::1,2001:db8::5", "2001:db9::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("1.2.3.4, unknown, 10.2.2.2", "10.2.2.2"),
        ("1.2.3.4, ", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_behind_proxies_the_nearest_unlisted_hop_is_the_client(forwarded: str, source: str) -> None:
    assert read_peer(asked("10.0.0.1", {"x-forwarded-for": forwarded}), BEHIND).source_ip == source


@pytest.mark.parametrize(
    ("headers", "port", "scheme"),
    [
        ({}, 8000, "http"),
        ({"x-forwarded-proto": "https"}, 443, "https"),
        ({"x-forwarded-proto": "http, HTTPS", "x-forwarded-port": "8443"}, 8443, "https"),
        ({"x-forwarded-proto": "gopher", "x-forwarded-port": "0"}, 8000, "http"),
        ({"x-forwarded-port": "70000"}, 8000, "http"),
        ({"x-forwarded-port": "²"}, 8000, "http"),
    ],
)
def test_port_and_scheme_come_from_the_nearest_proxy(headers: dict[str, str], port: int, scheme: str) -> None:
    peer = read_peer(asked("10.0.0.1", headers), BEHIND)

    assert (peer.port, peer.scheme) == (port, scheme)


def test_a_unix_socket_has_no_peer() -> None:
    assert read_peer(asked(None, {}), FaceOptions()).source_ip == "127.0.0.1"


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_whatever_a_header_says_an_address_comes_out(forwarded: str) -> None:
    ip_address(read_peer(asked("10.0.0.1", {"x-forwarded-for": forwarded}), BEHIND).source_ip)
