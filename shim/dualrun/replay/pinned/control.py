"""The process's end of the control line: an inherited socket on which the dual run asks and is answered.

One JSON object a line each way. A question is {"op": NAME, "id": …}; an answer has the same id and {"ok": …} or
{"error": SENTENCE}.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

Answerer = Callable[[Mapping[str, Any]], Any]
"""Takes the question; what it returns has to be JSON. Runs in the control thread, so it may block."""

THREAD_NAME = "ws2sse-control"


class Control:
    """Answers in a thread of its own, so that an event loop that hangs doesn't keep it from saying so."""

    def __init__(self, fd: int, lost: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGTERM)) -> None:
        """`lost`: called when the dual run is gone; without it nobody would ever end this process, so it does."""
        self._lost = lost
        self._socket = socket.socket(fileno=fd)
        os.set_inheritable(fd, False)  # what the application starts has no business here
        self._answerers: dict[str, Answerer] = {}

    def on(self, op: str, answerer: Answerer) -> None:
        self._answerers[op] = answerer

    def start(self) -> None:
        threading.Thread(target=self._serve, name=THREAD_NAME, daemon=True).start()

    def _serve(self) -> None:
        with self._socket, self._socket.makefile("rwb") as line:
            for question in line:
                line.write(json.dumps(self._answer(question)).encode() + b"\n")
                line.flush()
        self._lost()

    def _answer(self, line: bytes) -> dict[str, Any]:
        question: dict[str, Any] = json.loads(line)
        try:
            return {"id": question["id"], "ok": self._answerers[question["op"]](question)}
        except Exception as error:  # noqa: BLE001 - it is whoever asked that is told
            return {"id": question["id"], "error": f"{type(error).__name__}: {error}"}
