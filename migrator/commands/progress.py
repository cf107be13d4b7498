"""What a command shows while it works: a line on a terminal, and at the end what was read and how long it took."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from migrator.console import say, stderr_console
from migrator.inventory.model import FileCounts
from migrator.phases import Times, recording


@dataclass
class Following:
    """Listens to the phases of a run."""

    times: Times = field(default_factory=Times)
    bar: Progress | None = None
    """None off a terminal."""
    _tasks: dict[str, TaskID] = field(default_factory=dict)

    def begun(self, name: str) -> None:
        self.times.begun(name)
        if self.bar is not None:
            self._tasks[name] = self.bar.add_task(name, total=None)

    def ended(self, name: str, seconds: float) -> None:
        self.times.ended(name, seconds)
        if self.bar is not None and name in self._tasks:
            self.bar.update(self._tasks.pop(name), total=1, completed=1)

    def say_end(self, files: FileCounts) -> None:
        """The last line of a run, on stderr."""
        looked_at = files.seen - files.read - files.failed
        say(
            f"{files.seen} files seen, {max(looked_at, 0)} of them passed over without parsing, {files.read} parsed, "
            f"{files.failed} failed, {files.vendored} third-party or built left out. {self.times.sentence()}."
        )


@contextmanager
def following() -> Iterator[Following]:
    """Shows progress on stderr when that is a terminal, and takes the times in any case."""
    if not sys.stderr.isatty():
        follower = Following()
        with recording(follower):
            yield follower
        return
    columns = (SpinnerColumn(finished_text="[green]✓[/green]"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=stderr_console(), transient=True) as bar:
        follower = Following(bar=bar)
        with recording(follower):
            yield follower
