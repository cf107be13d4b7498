"""Sleeps of the application: they are work in flight, and the pinned clock shows that they took their time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Coroutine
from typing import Any

from shim.dualrun.replay.pinned.application import is_of_application
from shim.dualrun.replay.pinned.clock import PinnedClock
from shim.dualrun.replay.pinned.work import Work


def follow_sleeps(work: Work, clock: PinnedClock) -> None:
    """Before the application is imported."""
    blocking, suspending = time.sleep, asyncio.sleep

    def sleep(seconds: Any, /) -> None:  # noqa: ANN401 - as the original
        blocking(seconds)
        if is_of_application(sys._getframe(1).f_code.co_filename):  # noqa: SLF001
            clock.move(float(seconds))

    async def counted(delay: float, result: object) -> object:
        with work.counting("sleeps of the application"):
            slept = await suspending(delay, result)
        clock.move(max(0.0, float(delay)))
        return slept

    def sleep_in_loop(delay: float, result: object = None) -> Coroutine[Any, Any, object]:
        caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001
        return counted(delay, result) if is_of_application(caller) else suspending(delay, result)

    time.sleep = sleep
    asyncio.sleep = sleep_in_loop  # type: ignore[assignment]
