"""Commands as Redis reads them, packed as the client library packs them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from shim.streams.redis.steps import packed

words = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.integers(-(2**40), 2**40))


@given(st.lists(st.lists(words, max_size=8), max_size=5))
def test_commands_are_packed_as_the_client_library_packs_them(arguments: list[list[str | bytes | int]]) -> None:
    commands = [["EVALSHA", *more] for more in arguments]

    assert packed(commands) == b"".join(b"".join(Connection().pack_command(*command)) for command in commands)
