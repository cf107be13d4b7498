"""Who may look at the shim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shim.faces.operators import (
    LONGEST_WAIT_S,
    MOST_ADDRESSES,
    TokenGate,
    TooManyWrong,
    bearer_token,
    check_token_option,
    is_local,
)
from shim.faces.options import InvalidFaceOptions

TOKEN = "a-token-of-an-operator"


def request(
    peer: str | None = "127.0.0.1", host: str | None = "127.0.0.1:8000", http: str = "1.1", **headers: str
) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if host is not None:
        given.append((b"host", host.encode("latin-1")))
    client = None if peer is None else (peer, 4711)
    return Request({"type": "http", "headers": given, "client": client, "http_version": http})


@pytest.mark.parametrize(
    "outside",
    [
        request(peer="192.0.2.7"),
        request(peer="10.0.0.1"),
        request(peer="::ffff:192.0.2.7"),
        request(peer=None),
        request(peer="testclient"),
        request(host=None),
        request(host=""),
        request(host="evil.example.org"),
        request(host="evil.example.org:8000"),
        request(host="localhost.evil.example.org"),
        request(host="127.0.0.1.evil.example.org"),
        request(host="evil.example.org:127.0.0.1"),
        request(host="localhost:8000:1"),
        request(host="127.0.0.1:port"),
        request(host="0.0.0.0:8000"),
        request(host="[::2]:8000"),
        request(host="user@localhost"),
        request(http="1.0"),
        request(x_forwarded_for="127.0.0.1"),
        request(forwarded="for=127.0.0.1"),
        request(via="1.1 proxy"),
        request(x_real_ip="192.0.2.7"),
        request(x_forwarded_host="shim.example.org"),
        request(x_forwarded_proto="https"),
    ],
)
def test_what_may_come_from_elsewhere_is_not_local(outside: Request) -> None:
    assert not is_local(outside)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:80", "[::1]", "[::1]:8000"])
def test_this_machine_is_local(peer: str, host: str) -> None:
    assert is_local(request(peer, host))


@given(st.text(st.characters(max_codepoint=255)))
def test_only_three_hosts_are_local(host: str) -> None:
    name = host.lower().rpartition(":")[0] or host.lower()
    assert not is_local(request(host=host)) or name in {"localhost", "127.0.0.1", "[::1]"}


def test_a_token_that_could_be_guessed_is_not_taken() -> None:
    with pytest.raises(InvalidFaceOptions, match="token: must have at least 16 characters"):
        check_token_option("short")
    check_token_option(None)
    check_token_option(TOKEN)


def test_wrong_tokens_slow_their_address_down_and_no_other() -> None:
    now = [0.0]
    gate = TokenGate(TOKEN, clock=lambda: now[0])
    assert [gate.takes("wrong", "192.0.2.7") for _ in range(3)] == [False] * 3
    with pytest.raises(TooManyWrong, match=r"too many wrong tokens; try again in \d+ s"):
        gate.takes(TOKEN, "192.0.2.7")
    assert gate.takes(TOKEN, "192.0.2.8")
    waits = []
    for _ in range(10):
        start = now[0]
        while True:
            try:
                assert not gate.takes("wrong", "192.0.2.7")
                break
            except TooManyWrong as wait:
                now[0] += wait.retry_after_s
        waits.append(now[0] - start)
    assert waits == sorted(waits)
    assert LONGEST_WAIT_S <= waits[-1] <= LONGEST_WAIT_S + 1
    now[0] += LONGEST_WAIT_S
    assert gate.takes(TOKEN, "192.0.2.7")
    assert [gate.takes("wrong", "192.0.2.7") for _ in range(2)] == [False] * 2


def test_addresses_that_were_wrong_are_bounded() -> None:
    gate = TokenGate(TOKEN)
    for number in range(MOST_ADDRESSES + 100):
        gate.takes("wrong", str(number))
    assert len(gate._wrong) == MOST_ADDRESSES


@given(st.text())
def test_any_other_text_is_not_the_token(text: str) -> None:
    assert TokenGate(TOKEN).takes(text, "x") == (text == TOKEN)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
    ],
)
def test_the_token_of_a_header(header: str, token: str | None) -> None:
    assert bearer_token(request(authorization=header)) == token
