"""The dual run's end of the control line to a process in the pinned world; see pinned/control.py for the other."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import Any

from shim.dualrun.errors import ControlLost

MAX_ANSWER_BYTES = 4 * 1024 * 1024

ANSWER_S = 15.0
"""Seconds for an answer, besides what the question itself allows: control answers from a thread of its own."""


class ControlLine:
    """Asks one question at a time. Who asks may be cancelled."""

    def __init__(self, what: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._what = what
        self._reader, self._writer = reader, writer
        self._turn = asyncio.Lock()
        self._asked = 0

    async def ask(self, op: str, *, limit_s: float = 0.0, **fields: object) -> Any:  # noqa: ANN401 - of any op
        """Raises ControlLost when the process has ended or is stuck, or could not answer."""
        self._asked += 1
        number = self._asked
        question = json.dumps({"op": op, "id": number, "limit_s": limit_s, **fields}).encode() + b"\n"
        try:
            async with self._turn, asyncio.timeout(limit_s + ANSWER_S):
                self._writer.write(question)
                while True:
                    answer = await self._reader.readline()
                    told = json.loads(answer) if answer else {"error": "", "id": number}
                    if told["id"] == number:  # others are for who was cancelled
                        break
        except TimeoutError:
            raise ControlLost(self._what, f"did not answer {op!r} within {limit_s + ANSWER_S:g} s") from None
        except (OSError, ValueError) as error:  # ValueError: longer than MAX_ANSWER_BYTES
            raise ControlLost(self._what, f"can't be asked any more ({error})") from error
        if not answer:
            raise ControlLost(self._what, "has ended")
        if "error" in told:
            raise ControlLost(self._what, f"could not answer {op!r}: {told['error']}")
        return told["ok"]

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


async def control_line(what: str, ours: socket.socket) -> ControlLine:
    """`ours`: one end of a pair of sockets, of which the process has the other."""
    ours.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=ours, limit=MAX_ANSWER_BYTES)
    return ControlLine(what, reader, writer)
