"""A worker process: runs functions of one code root, in their environment, and speaks with the shim over a socket.

It ends when the shim does, however that ends: its end of the socket closes then.
"""

from __future__ import annotations

import ctypes
import faulthandler
import io
import itertools
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from concurrent.futures import Future
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from shim.backends.calling import HandlerRaised, call_handler
from shim.backends.context import context_for
from shim.backends.function import PythonFunction
from shim.backends.handler_threads import HandlerThreads
from shim.backends.handlers import Handlers
from shim.backends.loading import UNUSABLE, HandlerUnusable
from shim.backends.pushes import PushCatcher
from shim.backends.worker_frames import Frame, FrameReader, FrameTooLarge, encode
from shim.service import Problem

_PR_SET_PDEATHSIG = 1

_request_id: ContextVar[str] = ContextVar("request_id", default="")


class Link:
    """The worker's end of the socket. Pushes wait for the shim's answer; any number of threads may push."""

    wait = True

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = FrameReader()
        self._sending = threading.Lock()
        self._ids = itertools.count()
        self._waiting: dict[int, Future[bytes]] = {}

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        """Raises FrameTooLarge."""
        frame = encode(head, body)
        with self._sending:
            self._sock.sendall(frame)

    def frames(self) -> list[Frame]:
        """Those that arrived; empty when the shim has gone. Answers to pushes are given to who waits for them."""
        calls: list[Frame] = []
        while not calls:
            data = self._sock.recv(262_144)
            if not data:
                return []
            for head, body in self._reader.feed(data):
                if head["t"] in {"done", "problem"}:
                    self._answered(head, body)
                else:
                    calls.append((head, body))
        return calls

    def post(self, connection_id: str, data: bytes) -> None:
        self._push("post", connection_id, data)

    def get(self, connection_id: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._push("get", connection_id))
        return found

    def delete(self, connection_id: str) -> None:
        self._push("delete", connection_id)

    def _push(self, operation: str, connection_id: str, data: bytes = b"") -> bytes:
        number = next(self._ids)
        future: Future[bytes] = Future()
        self._waiting[number] = future
        head = {"t": "push", "id": number, "operation": operation, "connection": connection_id}
        try:
            self.send(head, data)
        except FrameTooLarge as error:
            del self._waiting[number]
            raise Problem(413, "PayloadTooLargeException", str(error)) from error
        return future.result()

    def _answered(self, head: dict[str, Any], body: bytes) -> None:
        future = self._waiting.pop(head["id"])
        if head["t"] == "done":
            future.set_result(body)
        else:
            future.set_exception(Problem(head["status"], head["type"], head["message"]))


class Worker:
    """The functions of this process, and the calls under way."""

    def __init__(self, link: Link, start: dict[str, Any]) -> None:
        self._link = link
        self._region, self._account_id = start["region"], start["account_id"]
        self._threads = HandlerThreads(start["threads"])
        self._functions = {
            function_id: PythonFunction(root=Path(start["root"]), import_path=tuple(told.pop("import_path")), **told)
            for function_id, told in start["functions"].items()
        }
        self._handlers = Handlers(self._functions)

    def load_all(self) -> dict[str, dict[str, str]]:
        """What is told of those that can't be imported, by their ids."""
        unusable = {}
        for function_id, error in self._handlers.load_all().items():
            traceback.print_exception(error.__cause__ or error)
            unusable[function_id] = {"module": error.module, "function": error.function, "reason": error.reason}
        return unusable

    def read(self) -> NoReturn:
        """Until the shim has gone, and this process with it."""
        try:
            while frames := self._link.frames():
                for head, body in frames:
                    self._threads.submit(partial(self._call, head, body))
        except OSError:
            pass
        finally:
            _end(0)

    def _call(self, head: dict[str, Any], body: bytes) -> None:
        function_id = head["function"]
        context = context_for(self._functions[function_id], self._region, self._account_id)
        _request_id.set(context.aws_request_id)
        try:
            answer = call_handler(self._handlers.of(function_id), json.loads(body), context)
            self._link.send({"t": "returned", "id": head["id"]}, answer)
        except HandlerUnusable as error:
            traceback.print_exception(error.__cause__ or error)
            sentence = str(error)[:4096]
            self._link.send({"t": "raised", "id": head["id"], "type": UNUSABLE, "message": sentence})
        except HandlerRaised as error:
            told = {"t": "raised", "id": head["id"], "type": error.error_type, "message": error.error_message[:4096]}
            traceback.print_exception(error.__cause__ or error)
            self._link.send(told)


class _LambdaFormat(logging.Formatter):
    """The lines that Lambda's runtime makes of log records; its handler is there before the function's code is."""

    def __init__(self) -> None:
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s")
        self.converter = time.gmtime
        self.default_time_format, self.default_msec_format = "%Y-%m-%dT%H:%M:%S", ""

    def format(self, record: logging.LogRecord) -> str:
        record.aws_request_id = _request_id.get()
        return super().format(record)


def main() -> None:
    """argv: the number of the inherited socket, and the process id of the shim."""
    _end_with(int(sys.argv[-1]))
    faulthandler.enable()
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=True)
    sock = socket.socket(fileno=int(sys.argv[-2]))
    sock.set_inheritable(False)  # else a program that a handler starts would keep the shim waiting
    del sys.argv[1:]
    log = logging.StreamHandler()
    log.setFormatter(_LambdaFormat())
    logging.getLogger().addHandler(log)
    link = Link(sock)
    started = link.frames()
    if not started:
        _end(0)
    worker = Worker(link, started[0][0])
    PushCatcher(link, forward_unknown=started[0][0]["forward_unknown"]).install()
    threading.Thread(target=worker.read, name="reader", daemon=True).start()
    link.send({"t": "ready", "unusable": worker.load_all()})
    threading.Event().wait()


def _end_with(shim: int) -> None:
    """Linux kills this process with the shim even while a handler holds the interpreter and nobody reads the socket."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != shim:
            _end(0)


def _end(status: int) -> NoReturn:
    """At once: threads of handlers may never end."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)
