"""As much of HTTP/1.1 as pushers and plain clients need. Imports nothing of the product."""

from __future__ import annotations

import asyncio


class Link:
    """One connection to one address, made when it is needed and again after it broke. Nothing is sent twice."""

    def __init__(self, address: tuple[str, int], timeout_s: float) -> None:
        self.address, self._timeout_s = address, timeout_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> int | None:
        """The status; None: there was no answer, or not the whole of it."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if self._writer is None or self._reader is None or self._reader.at_eof():
                    self.close()
                    self._reader, self._writer = await asyncio.open_connection(*self.address)
                self._writer.write(
                    request_bytes(method, path, {"Content-Length": str(len(body)), **(headers or {})}, body)
                )
                status, told = await read_head(self._reader)
                async for _piece in read_body(self._reader, told, status):
                    pass
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            return None
        except asyncio.CancelledError:
            self.close()
            raise
        if told.get("connection") == "close":
            self.close()
        return status

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = self._reader = None


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: nodes.test", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Raises EOFError and ValueError."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip().lower() for name, _, value in pairs}


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str], status: int):  # type: ignore[no-untyped-def]
    """Pieces of the body. Raises EOFError when it breaks off."""
    if status in {204, 304}:
        return
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
    elif "content-length" in headers:
        yield await reader.readexactly(int(headers["content-length"]))
    else:
        while piece := await reader.read(65_536):
            yield piece
