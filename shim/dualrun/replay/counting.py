"""The sessions of several runs, counted together."""

from __future__ import annotations

from collections.abc import Callable

from shim.dualrun.replay.driver import Progress


def counted(progress: Progress, total: int) -> Callable[[str], Progress]:
    """For each run its own progress, that names the run. `total`: sessions of all runs."""
    begun = 0

    def of(run: str) -> Progress:
        def count(session: str, _index: int, _total: int) -> None:
            nonlocal begun
            begun += 1
            progress(f"{run}: {session}", begun, total)

        return count

    return of
