"""A client that posts messages, one after the other, over one connection, each with an `Idempotency-Key`, as the client
libraries do."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

from bench.servers import base
from bench.servers.shim import STAGE


class PostRefused(Exception):
    """Raised for an answer other than 202."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__(answer)

    def __str__(self) -> str:
        return f"a message was answered with {self.answer!r}"


async def post(port: int, session: str, count: int) -> None:
    """Raises PostRefused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for number in range(count):
            body = json.dumps({"action": "say", "n": number}).encode()
            headers = f"Stream-Session: {session}\r\nIdempotency-Key: {uuid4()}\r\n"
            writer.write(base.post(f"/{STAGE}", port, body, headers))
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 202"):
                raise PostRefused(answer.partition(b"\r\n")[0].decode(errors="replace"))
            lengths = [line for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            await reader.readexactly(int(lengths[0].partition(b":")[2]))
    finally:
        writer.close()
