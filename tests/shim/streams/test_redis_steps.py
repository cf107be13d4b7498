"""Commands as Redis reads them, packed as the client library packs them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from shim.streams.redis.awaiting import cursor
from shim.streams.redis.steps import packed
from shim.streams.requests import epoch_of

hexadecimal = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
words = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.integers(-(2**40), 2**40))


@given(st.lists(st.lists(words, max_size=8), max_size=5))
def test_commands_are_packed_as_the_client_library_packs_them(arguments: list[list[str | bytes | int]]) -> None:
    commands = [["EVALSHA", *more] for more in arguments]

    assert packed(commands) == b"".join(b"".join(Connection().pack_command(*command)) for command in commands)


@given(hexadecimal, hexadecimal, st.integers(0, 10**14), st.integers(0, 10**14))
def test_an_id_says_epoch_life_broadcast_and_message(epoch: str, life: str, broadcast: int, seq: int) -> None:
    assert cursor(f"{epoch}.{life}.{broadcast}-{seq}") == (epoch, seq, broadcast, life)
    assert cursor(f"{epoch}-{seq}") == (epoch, seq, -1, "")


@given(st.text())
def test_whatever_else_is_said_is_no_place(nonsense: str) -> None:
    epoch, seq, broadcast, life = cursor(nonsense)

    assert seq >= 0
    assert broadcast >= -1
    assert epoch in nonsense
    assert life in nonsense


@given(hexadecimal, hexadecimal, st.integers(0, 10**14), st.integers(0, 10**14))
def test_cookies_and_tickets_know_the_epoch_of_any_id(epoch: str, life: str, broadcast: int, seq: int) -> None:
    assert epoch_of(f"{epoch}.{life}.{broadcast}-{seq}") == epoch_of(f"{epoch}-{seq}") == epoch
