"""Sleeps of the application: they are work in flight, and the pinned clock shows that they took their time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from shim.dualrun.replay.pinned.application import is_of_application
from shim.dualrun.replay.pinned.clock import PinnedClock

SLEEPS: Final = "sleeps of the application"

LONGEST_S: Final = 30.0
"""Seconds; who sleeps longer on the event loop answers no message, as an integration has 29 s. It waits for time to
pass, and no step waits for it."""


Counting = Callable[[str], AbstractContextManager[None]]
"""Counts work of that name as long as it is under way."""


def follow_sleeps(counting: Counting, clock: PinnedClock) -> None:
    """Before the application is imported."""
    blocking, suspending = time.sleep, asyncio.sleep

    def sleep(seconds: Any, /) -> None:  # noqa: ANN401 - as the original
        if is_of_application(sys._getframe(1).f_code.co_filename) and seconds > 0:  # noqa: SLF001
            clock.sleep(float(seconds))
        else:
            blocking(seconds)

    async def counted(delay: float, result: object) -> object:
        before = clock.advanced
        with counting(SLEEPS) if delay <= LONGEST_S else nullcontext():
            slept = await suspending(delay, result)
        clock.slept(max(0.0, float(delay)), before)
        return slept

    def sleep_in_loop(delay: float, result: object = None) -> Coroutine[Any, Any, object]:
        caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001
        return counted(delay, result) if is_of_application(caller) else suspending(delay, result)

    time.sleep = sleep
    asyncio.sleep = sleep_in_loop  # type: ignore[assignment]
