"""Commands as Redis reads them, packed as the client library packs them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from shim.streams.redis.steps import packed

words = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.integers(-(2**40), 2**40))


@given(st.lists(words, max_size=8))
def test_a_command_is_packed_as_the_client_library_packs_it(arguments: list[str | bytes | int]) -> None:
    command = ("EVALSHA", *arguments)

    assert packed(command) == b"".join(Connection().pack_command(*command))


def test_half_a_surrogate_pair_is_kept() -> None:
    assert (
        packed(("GET", "\ud83d", 7, b"\xff")) == b"*4\r\n$3\r\nGET\r\n$3\r\n\xed\xa0\xbd\r\n$1\r\n7\r\n$1\r\n\xff\r\n"
    )
