from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.backends.request_bytes import whole_body

BODY = "hello ü".encode()


def plain(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int) -> bytes:
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    whole = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n" + whole + b"0\r\n\r\n"


@pytest.mark.parametrize("sent", [plain(BODY), chunked(BODY, 3)])
def test_a_body_is_there_when_its_last_byte_is(sent):
    assert [whole_body(sent[:end]) for end in range(len(sent))] == [None] * len(sent)
    assert whole_body(sent) == BODY


def test_a_request_without_a_body_is_whole_with_its_head():
    assert whole_body(b"GET / HTTP/1.1\r\nHost: a\r\n") is None
    assert whole_body(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == b""


@given(body=st.binary(max_size=300), size=st.integers(1, 50))
def test_in_whatever_pieces_it_comes(body, size):
    assert whole_body(plain(body)) == whole_body(chunked(body, size)) == body
