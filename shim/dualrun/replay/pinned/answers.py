"""What the pinned world answers in place of other hosts: the user's stubs first, then an answer made of the request.

A made-up answer is the same for the same request, on both sides and on every run; another request gets another.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from threading import Lock
from typing import Final
from urllib.parse import SplitResult, urlsplit

from shim.backends.pushes import PushAnswer
from shim.dualrun.replay.pinned.network import is_outside
from shim.dualrun.replay.stubs import MOST_ADDRESSES, Stub

JSON: Final = {"content-type": "application/json"}


class Answers:
    """Also keeps count of what was used."""

    def __init__(self, stubs: Sequence[Stub]) -> None:
        self._stubs = stubs
        self._lock = Lock()
        self._used: Counter[str] = Counter()

    def used(self) -> dict[str, int]:
        with self._lock:
            return dict(self._used)

    def count(self, name: str) -> None:
        with self._lock:
            known = name in self._used or len(self._used) < MOST_ADDRESSES
            self._used[name if known else "(others)"] += 1

    def refused(self, where: str) -> None:
        self.count(f"{where} (refused)")

    def catches(self, url: str) -> bool:
        """All but this machine, and AWS, for which moto answers."""
        return is_outside(urlsplit(url).hostname or "")

    def answer(self, method: str, url: str, body: bytes) -> PushAnswer:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        for stub in self._stubs:
            if (
                not stub.aws
                and fnmatchcase(host, stub.host.lower())
                and fnmatchcase(path, stub.path)
                and stub.method.upper() in {"*", method.upper()}
            ):
                return self._of(stub)
        self.count(f"{method.upper()} {host}{path}")
        return sized(200, json.dumps({"stub": digest(method.upper(), _plain(parts), body)}).encode(), JSON)

    def answer_aws(self, operation: str) -> PushAnswer | None:
        """The user's, for an operation such as bedrock-runtime.InvokeModel."""
        for stub in self._stubs:
            if stub.aws and fnmatchcase(operation, stub.aws):
                return self._of(stub)
        return None

    def _of(self, stub: Stub) -> PushAnswer:
        self.count(stub.name)
        return sized(stub.status, stub.body.encode(), {name.lower(): value for name, value in stub.headers.items()})


def _plain(parts: SplitResult) -> str:
    """The address without a port that goes without saying: some libraries say it."""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}?{parts.query}"


def digest(*parts: str | bytes) -> str:
    """16 hexadecimal digits that stand for the parts."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:16]


def sized(status: int, body: bytes, headers: Mapping[str, str]) -> PushAnswer:
    """With its length, which some libraries go by."""
    return PushAnswer(status, body, {**headers, "content-length": str(len(body))})
