"""One worker process, as the shim sees it: started, called, and ended."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import shim
from shim.backends.calling import HandlerRaised
from shim.backends.group import Group
from shim.backends.loading import HandlerUnusable
from shim.backends.loop_socket import LoopSocket
from shim.backends.options import PythonOptions
from shim.backends.worker_frames import Frame, FrameReader, FrameTooLarge, encode
from shim.service import Connections, Problem

logger = logging.getLogger(__name__)

END_S: Final = 1.0
"""A worker that was told to end has this many seconds before it is killed."""

START = "import sys; sys.path.append(sys.argv[1]); from shim.backends.worker_main import main; main()"
"""What a worker process runs."""

_LIBRARY: Final = str(Path(shim.__file__).resolve().parent.parent)


class WorkerFailed(Exception):
    """Raised when a worker process did not come up; `reason` says how."""

    def __init__(self, root: Path, reason: str) -> None:
        self.root, self.reason = root, reason
        super().__init__(root, reason)

    def __str__(self) -> str:
        return f"The worker process for {self.root} {self.reason}"


class WorkerProcess:
    """`connections`: answers the pushes of its handlers. On the event loop that calls it,
    unless it says that it waits for others."""

    def __init__(self, group: Group, options: PythonOptions, connections: Connections) -> None:
        self._group = group
        self._options = options
        self._connections = connections
        self._reader = FrameReader()
        self._ids = itertools.count()
        self._calls: dict[int, asyncio.Future[bytes]] = {}
        self._come_up: Frame | None = None
        self._on_end: Callable[[WorkerProcess], None] | None = None
        self.given_up: set[int] = set()
        """Calls that still run there, and whose answer nobody waits for."""
        self.born = time.monotonic()
        self.ended = False
        self.how_it_ended = ""
        self._sock, theirs = socket.socketpair()
        self._link = LoopSocket(self._sock, self._received, self._lost)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-P", "-B", "-c", START, _LIBRARY, str(theirs.fileno()), str(os.getpid())],
                cwd=group.working_directory,
                env=group.process_environment(options.region),
                stdin=subprocess.DEVNULL,
                stdout=2,  # what handlers print is their log; stdout is the shim's own
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the shim, which still has $disconnect to tell
            )

    def wait_until_ready(self) -> dict[str, HandlerUnusable]:
        """Blocks until it was tried to import the functions: those that can't be. Raises WorkerFailed, after it has
        ended."""
        try:
            self._come_up_within(time.monotonic() + self._options.start_timeout_s)
        except TimeoutError:
            self._fail(f"did not come up within {self._options.start_timeout_s:g} s")
        except OSError as error:
            self._fail(f"could not be reached: {error}")
        assert self._come_up is not None
        return {
            function_id: HandlerUnusable(told["module"], told["function"], told["reason"])
            for function_id, told in self._come_up[0]["unusable"].items()
        }

    def attach(self, on_end: Callable[[WorkerProcess], None]) -> None:
        """Reads on the running event loop from now on. `on_end` is called when the process ends, unless by `end`."""
        self._on_end = on_end
        self._link.attach()

    async def call(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        """Raises HandlerRaised."""
        number = next(self._ids)
        try:
            frame = encode({"t": "call", "id": number, "function": function_id}, json.dumps(event).encode())
        except FrameTooLarge as error:
            raise HandlerRaised("RequestEntityTooLargeException", str(error)) from error
        future = self._calls[number] = asyncio.get_running_loop().create_future()
        self._link.send(frame)
        try:
            return json.loads(await future)
        except asyncio.CancelledError:
            if number in self._calls:
                self.given_up.add(number)
            raise

    async def drain(self, seconds: float) -> None:
        """Ends the process when its calls have ended, or after so many seconds."""
        waiting = [future for future in self._calls.values() if not future.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)
        self._lost()

    def end(self) -> None:
        """Within END_S. Calls under way fail."""
        if self.ended:
            return
        self.ended = True
        self._link.close()
        self._wait()
        self._fail_calls()

    def _come_up_within(self, deadline: float) -> None:
        self._sock.settimeout(self._options.start_timeout_s)
        self._sock.sendall(encode(self._start_words()))
        while self._come_up is None:
            self._sock.settimeout(max(0.001, deadline - time.monotonic()))
            data = self._sock.recv(65_536)
            if not data:
                self._fail("ended while it imported its functions")
            for frame in self._reader.feed(data):
                for answer in self._handle(frame):
                    self._sock.sendall(answer)

    def _start_words(self) -> dict[str, Any]:
        told = {}
        for function_id, function in self._group.functions.items():
            told[function_id] = asdict(function)
            for name in ("root", "environment", "working_directory"):
                del told[function_id][name]
        return {
            "t": "start",
            "root": str(self._group.root),
            "functions": told,
            "threads": self._options.threads,
            "region": self._options.region,
            "account_id": self._options.account_id,
            "forward_unknown": self._options.forward_unknown,
        }

    def _received(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                for answer in self._handle(frame):
                    self._link.send(answer)
        except (FrameTooLarge, ValueError, KeyError) as error:
            logger.warning("the worker process for %s said what none of ours says: %r", self._group.root, error)
            self._lost()

    def _handle(self, frame: Frame) -> list[bytes]:
        """What is to be sent back."""
        head, body = frame
        if head["t"] == "push":
            if not self._connections.wait:
                return [self._pushed(head, body)]
            waiting = asyncio.get_running_loop().run_in_executor(None, self._pushed, head, body)
            waiting.add_done_callback(self._push_answered)
            return []
        if head["t"] == "ready":
            self._come_up = frame
            return []
        number = head["id"]
        self.given_up.discard(number)
        future = self._calls.pop(number, None)
        if future is not None and not future.done():
            if head["t"] == "returned":
                future.set_result(body)
            else:
                future.set_exception(HandlerRaised(head["type"], head["message"]))
        return []

    def _pushed(self, head: dict[str, Any], body: bytes) -> bytes:
        number, connection_id = head["id"], head["connection"]
        answer = b""
        try:
            if head["operation"] == "post":
                self._connections.post(connection_id, body)
            elif head["operation"] == "get":
                answer = json.dumps(self._connections.get(connection_id)).encode()
            else:
                self._connections.delete(connection_id)
        except Problem as problem:
            told = {"status": problem.status, "type": problem.error_type, "message": problem.message}
            return encode({"t": "problem", "id": number, **told})
        return encode({"t": "done", "id": number}, answer)

    def _push_answered(self, waiting: asyncio.Future[bytes]) -> None:
        if not self.ended and not waiting.cancelled():
            self._link.send(waiting.result())

    def _lost(self) -> None:
        """The process has ended, or can't be spoken with any more."""
        if self.ended:
            return
        self.ended = True
        self._link.close()
        asyncio.get_running_loop().run_in_executor(None, self._wait).add_done_callback(self._buried)

    def _buried(self, _: object) -> None:
        self._fail_calls()
        if self._on_end is not None:
            self._on_end(self)

    def _wait(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # also programs that handlers started
        status = self._process.wait()
        self.how_it_ended = f"signal: {signal.strsignal(-status)}" if status < 0 else f"exit status {status}"

    def _fail_calls(self) -> None:
        """Which of them ended the process isn't known; at Lambda each would have had one of its own."""
        sentence = f"Runtime exited with error: {self.how_it_ended}"
        calls, self._calls = self._calls, {}
        for future in calls.values():
            if not future.done() and not future.get_loop().is_closed():
                future.set_exception(HandlerRaised("Runtime.ExitError", sentence))

    def _fail(self, reason: str) -> None:
        self.end()
        raise WorkerFailed(self._group.root, f"{reason} ({self.how_it_ended})")
