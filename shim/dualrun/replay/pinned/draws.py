"""What an application draws: the same ids, secrets and random numbers on every run, by session, step and order.

What servers and libraries draw for themselves stays random, as do the keys of TLS, which are drawn in C. So a
difference in how often they draw can't shift what the application gets.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import uuid
from threading import Lock
from types import FrameType
from typing import Final

from shim.dualrun.replay.pinned.application import is_of_application

NODE: Final = 0x02_00_00_00_00_01
"""The address in version 1 UUIDs: one of those that nobody's network card has."""

MOST_FRAMES: Final = 16
"""Callers that are looked at: libraries that make ids are shallow."""

_OTHERS: Final = (
    "anyio",
    "asyncio",
    "boto3",
    "botocore",
    "fastapi",
    "moto",
    "s3transfer",
    "shim",
    "starlette",
    "urllib3",
    "uvicorn",
    "websockets",
    "sse_service.gateway",
    "sse_service.streams",
)
"""Modules that draw for themselves, also when the application has called them."""


class PinnedDraws:
    """Behind `os.urandom`, and with it `secrets`, `uuid.uuid4` and random.SystemRandom; and the module `random`."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = Lock()
        self._place = ""
        self._drawn = 0
        self._real = os.urandom

    def start(self) -> None:
        """Before the application is imported. Draws while it is imported belong to a place of their own."""
        os.urandom = self._urandom
        random._urandom = self._urandom  # type: ignore[attr-defined]  # noqa: SLF001
        uuid._node = NODE  # type: ignore[attr-defined]  # noqa: SLF001
        self.begin("", 0)

    def begin(self, session: str, step: int) -> None:
        with self._lock:
            self._place, self._drawn = f"{self._seed}\n{session}\n{step}", 0
        random.seed(self._place)

    def _urandom(self, size: int, /) -> bytes:
        if not _drawn_by_application(sys._getframe(1)):  # noqa: SLF001
            return self._real(size)
        with self._lock:
            self._drawn += 1
            key = f"{self._place}\n{self._drawn}"
        return hashlib.shake_256(key.encode("utf-8", "surrogatepass")).digest(size)


def _drawn_by_application(frame: FrameType | None) -> bool:
    for _ in range(MOST_FRAMES):
        if frame is None:
            return False
        if is_of_application(frame.f_code.co_filename):
            return True
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_OTHERS):
            return False
        frame = frame.f_back
    return False
