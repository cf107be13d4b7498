"""Catches pushes to @connections before they leave the process, whoever sends them and whatever address they name.

Code that runs here was written for API Gateway: its clients may be older than the shim, its address may not exist, its
credentials may be none. So a push is known by its path alone, and answered below the library that sends it
(`push_seams.py`), which goes on with its own retries and exceptions.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from shim.outgoing import is_uncaught
from shim.service import Connections, Problem

_PATH: Final = re.compile(r"/(?:@|%40)connections/([^/]+)$")


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What @connections answers. Names of headers are in lower case."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class PushCatcher:
    """While installed, every push of this process goes to `connections`. Of several the newest one catches.

    `forward_unknown`: a push to an id that is not connected here goes out to the address that it names.
    """

    _lock = threading.Lock()
    _installed: Final[list[PushCatcher]] = []
    _undo: Callable[[], None] | None = None

    def __init__(self, connections: Connections, *, forward_unknown: bool = False) -> None:
        self._connections = connections
        self._forward_unknown = forward_unknown

    def install(self) -> None:
        from shim.backends import push_seams  # noqa: PLC0415 - it asks this module for answers

        with PushCatcher._lock:
            if not PushCatcher._installed:
                PushCatcher._undo = push_seams.install_all(_Pushes())
            PushCatcher._installed.append(self)

    def uninstall(self) -> None:
        with PushCatcher._lock:
            PushCatcher._installed.remove(self)
            if not PushCatcher._installed and PushCatcher._undo is not None:
                PushCatcher._undo()
                PushCatcher._undo = None

    @classmethod
    def newest(cls) -> PushCatcher | None:
        return cls._installed[-1] if cls._installed else None

    def answer(self, method: str, connection_id: str, body: bytes) -> PushAnswer | None:
        """None: the push is for somebody else."""
        try:
            if method == "POST":
                self._connections.post(connection_id, body)
                return _answer(200)
            if method == "GET":
                return _answer(200, json.dumps(self._connections.get(connection_id)).encode())
            if method == "DELETE":
                self._connections.delete(connection_id)
                return _answer(204)
        except Problem as problem:
            if problem.status == 410 and self._forward_unknown:
                return None
            said = json.dumps({"message": problem.message}).encode() if problem.message else b""
            return _answer(problem.status, said, problem.error_type)
        return _answer(403, b'{"message":"Missing Authentication Token"}', "MissingAuthenticationTokenException")


class _Pushes:
    """As the seams of HTTP libraries want it."""

    def catches(self, url: str) -> bool:
        return is_push(url)

    def answer(self, method: str, url: str, body: bytes) -> PushAnswer | None:
        return answer_push(method, url, body)


def is_push(url: str) -> bool:
    """Whether a request for this address is to be caught. `url`: absolute, or a path with its query string."""
    if "connections/" not in url or is_uncaught() or PushCatcher.newest() is None:
        return False
    return _PATH.search(urlsplit(url).path) is not None


def answer_push(method: str, url: str, body: bytes) -> PushAnswer | None:
    """None: it is to be sent after all. Of addresses for which `is_push`."""
    found, catcher = _PATH.search(urlsplit(url).path), PushCatcher.newest()
    if found is None or catcher is None:
        return None
    return catcher.answer(method.upper(), unquote(found[1]), body)


def _answer(status: int, body: bytes = b"", error_type: str | None = None) -> PushAnswer:
    headers = {"content-length": str(len(body)), "x-amzn-requestid": str(uuid.uuid4())}
    if body:
        headers["content-type"] = "application/json"
    if error_type is not None:
        headers["x-amzn-errortype"] = error_type
    return PushAnswer(status, body, headers)
