"""How far a survey is, while threads find out how much there is to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Lock
from typing import Final, TypeVar

MOST_THREADS: Final = 8
"""Many enough to hide AWS's answering times, few enough for one machine."""
BEAT_S: Final = 0.5
"""How often it is told, when no step ends."""

Progress = Callable[[str, int, int], None]
"""Phase in words, how much of it is done, and how much there is, which grows as listings tell of more to ask about."""

S = TypeVar("S")
T = TypeVar("T")


class Pulse:
    """One for a survey; threads count in it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done = self._total = 0

    def begin(self, steps: int) -> None:
        with self._lock:
            self._done, self._total = 0, steps

    def each(self, several: Sequence[S]) -> Iterator[S]:
        """All of them; each counts as done when the next one is taken."""
        self._add(total=len(several))
        left = len(several)
        try:
            for one in several:
                yield one
                left -= 1
                self._add(done=1)
        finally:
            self._add(done=left)

    def step_done(self) -> None:
        self._add(done=1)

    def read(self) -> tuple[int, int]:
        with self._lock:
            return self._done, self._total

    def _add(self, *, done: int = 0, total: int = 0) -> None:
        with self._lock:
            self._done += done
            self._total += total


def in_threads(steps: Sequence[S], do: Callable[[S], T], phase: str, tell: Progress, pulse: Pulse) -> list[T]:
    """Does the steps; the results in their order. What `tell` raises ends it before the next step begins."""
    pulse.begin(len(steps))
    told = pulse.read()
    tell(phase, *told)
    with ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="survey") as threads:
        futures = [threads.submit(do, one) for one in steps]
        pending = set(futures)
        try:
            while pending:
                ended, pending = wait(pending, timeout=BEAT_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    future.result()
                    pulse.step_done()
                if pulse.read() != told:
                    told = pulse.read()
                    tell(phase, *told)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]
