"""A request as a library of this process has written it, byte by byte."""

from __future__ import annotations


def whole_body(sent: bytes) -> bytes | None:
    """Of a request as it goes over the wire; None while some of it is missing. RFC 9112, section 6."""
    head, end, body = sent.partition(b"\r\n\r\n")
    if not end:
        return None
    fields = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    if b"chunked" in headers.get(b"transfer-encoding", b"").lower():
        return _unchunked(body)
    length = int(headers.get(b"content-length") or b"0")
    return body[:length] if len(body) >= length else None


def _unchunked(body: bytes) -> bytes | None:
    whole, rest = b"", body
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        length = int(size.partition(b";")[0] or b"0", 16)
        if len(rest) < length + 2:
            return None
        if not length:
            return whole
        whole, rest = whole + rest[:length], rest[length + 2 :]
