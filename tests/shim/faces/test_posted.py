"""Bodies of POSTs: what is one message, and what is told apart."""

import pytest
from starlette.requests import Request

from shim.faces.options import FaceOptions
from shim.faces.posted import Posted, read_posted
from shim.faces.refusal import Refusal


async def read(body: bytes, content_type: str = "", *chunks: bytes) -> Posted:
    waiting = [body, *chunks]

    async def receive():
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    headers = [(b"content-type", content_type.encode())] if content_type else []
    return await read_posted(Request({"type": "http", "headers": headers}, receive), FaceOptions(), 100)


async def test_a_body_that_breaks_off_is_no_message() -> None:
    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(Refusal) as refused:
        await read_posted(Request({"type": "http", "headers": []}, receive), FaceOptions(), 100)
    assert refused.value.status == 400


async def test_the_limit_holds_for_the_sum_of_the_pieces() -> None:
    assert (await read(b"x" * 50, "", b"y" * 50)).messages == ("x" * 50 + "y" * 50,)
    with pytest.raises(Refusal) as refused:
        await read(b"x" * 50, "", b"y" * 51)
    assert refused.value.status == 413


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf{}", b"a\r\nb\0", " \u2028".encode()])
async def test_text_is_the_message_byte_for_byte(body: bytes) -> None:
    for content_type in ("", "text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded"):
        assert (await read(body, content_type)).messages == (body.decode(),)


async def test_bytes_stay_bytes() -> None:
    assert (await read(b"\xff\0", "Application/Octet-Stream")).messages == (b"\xff\0",)


async def test_other_bodies_and_other_types_have_other_fingerprints() -> None:
    found = [
        (await read(body, content_type)).fingerprint
        for body in (b'"a"', b'"b"')
        for content_type in ("", "application/json", "application/x-ndjson", "application/x-ndjson; lines=strings")
    ]
    assert len(set(found)) == 8
    assert (await read(b'"', "", b'a"')).fingerprint == found[0]
