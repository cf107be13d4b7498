"""Frames arrive as they were sent, however the stream was cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.backends.worker_frames import MOST_BYTES, FrameReader, FrameTooLarge, encode

heads = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=4)
frames = st.lists(st.tuples(heads, st.binary(max_size=300)), max_size=6)


def test_a_frame_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(FrameTooLarge, match="more than 16777216"):
        encode({}, b"x" * MOST_BYTES)


def test_a_frame_that_is_too_large_is_not_waited_for() -> None:
    with pytest.raises(FrameTooLarge):
        list(FrameReader().feed(b"\xff\xff\xff\xff\x00\x00\x00\x00"))


@given(frames, st.data())
def test_frames_arrive_as_they_were_sent_in_any_pieces(sent: list[tuple[dict[str, Any], bytes]], data: Any) -> None:
    stream = b"".join(encode(head, body) for head, body in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader, got = FrameReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += list(reader.feed(stream[start:end]))

    assert got == sent


@given(st.binary(max_size=400))
def test_any_bytes_give_frames_or_a_refusal(noise: bytes) -> None:
    try:
        for head, body in FrameReader().feed(noise):
            assert len(body) <= len(noise)
            assert head is not ...
    except (FrameTooLarge, ValueError):
        pass
