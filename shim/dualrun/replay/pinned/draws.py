"""What an application draws: the same ids, secrets and random numbers on every run, by session, step and order.

So are the ids of connections: what a table returns in the order of its hashes comes in one order on both sides. What
servers and libraries draw for themselves otherwise stays random, as do the keys of TLS, which are drawn in C. So a
difference in how often they draw can't shift what the application gets.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import uuid
from types import FrameType
from typing import Final, Literal

from shim.dualrun.replay.pinned.application import is_of_application
from shim.dualrun.replay.pinned.shared import APPLICATION, CONNECTION, STEP, Shared
from shim.gateway.ids import id_of

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

_IDS: Final = ("shim.gateway.ids", "sse_service.gateway.ids")

Owner = Literal["application", "connection"]


class PinnedDraws:
    """Behind `os.urandom`, and with it `secrets`, `uuid.uuid4` and random.SystemRandom; and the module `random`."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._step = -1
        self._connection = b""
        self._real = os.urandom

    def start(self) -> None:
        """Before the application is imported."""
        os.urandom = self._urandom
        random._urandom = self._urandom  # type: ignore[attr-defined]  # noqa: SLF001
        uuid._node = NODE  # type: ignore[attr-defined]  # noqa: SLF001
        self.follow()

    def begin(self, seed: int, session: str, step: int) -> None:
        """For all processes of the side. What is drawn while the application is imported has a place of its own."""
        self._shared.begin(f"{seed}\n{session}\n{step}")
        self.follow()

    def follow(self) -> None:
        """Whichever process has begun another step, in this one the module `random` is seeded for it, once."""
        step = self._shared.cells[STEP]
        if step != self._step:
            self._step = step
            random.seed(self._shared.place())

    def connection_id(self) -> str:
        """The last one that was drawn; '' before the first."""
        return id_of(self._connection) if self._connection else ""

    def _urandom(self, size: int, /) -> bytes:
        owner = _owner(sys._getframe(1))  # noqa: SLF001
        if owner is None:
            return self._real(size)
        place, number = self._shared.draw(APPLICATION if owner == "application" else CONNECTION)
        drawn = hashlib.shake_256(place + f"\n{owner}\n{number}".encode()).digest(size)
        if owner == "connection":
            self._connection = drawn
        return drawn


def _owner(frame: FrameType | None) -> Owner | None:
    for _ in range(MOST_FRAMES):
        if frame is None:
            return None
        if is_of_application(frame.f_code.co_filename):
            return "application"
        module = str(frame.f_globals.get("__name__", ""))
        if module in _IDS:
            caller = frame.f_back
            return "connection" if caller is not None and caller.f_code.co_name == "new_connection_id" else None
        if module.startswith(_OTHERS):
            return None
        frame = frame.f_back
    return None
