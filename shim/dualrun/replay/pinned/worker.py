"""A worker process of a side: the same clock and draws as in the process that started it, and the same outside."""

from __future__ import annotations

import json
import os
import site
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from shim.backends import worker_process
from shim.backends.push_seams import install
from shim.backends.worker_main import Worker
from shim.dualrun.replay.pinned.answers import Answers
from shim.dualrun.replay.pinned.application import set_application
from shim.dualrun.replay.pinned.aws_answers import answer_aws
from shim.dualrun.replay.pinned.clock import PinnedClock
from shim.dualrun.replay.pinned.draws import PinnedDraws
from shim.dualrun.replay.pinned.network import close_network
from shim.dualrun.replay.pinned.shared import Shared
from shim.dualrun.replay.pinned.sleeps import follow_sleeps
from shim.dualrun.replay.stubs import MOST_ADDRESSES, Stub

_USED: Final = "used-by-workers"

MAX_USED_BYTES: Final = 1024 * 1024
"""Uses that are kept of all worker processes: one line each."""


class _WorkerAnswers(Answers):
    def __init__(self, stubs: Sequence[Stub], used: Path) -> None:
        super().__init__(stubs)
        self._file = used

    def count(self, name: str) -> None:
        super().count(name)
        with self._file.open("a", encoding="utf-8") as lines:  # one short write, whoever writes besides
            if lines.tell() < MAX_USED_BYTES:
                lines.write(json.dumps(name) + "\n")


def pin_workers(stubs: Path, application: Path, libraries: Path | None) -> None:
    """In the process that starts them, before it does. `stubs`: their file, in the folder of this run."""
    told = (str(stubs), str(application), str(libraries or ""))
    pin = f"from shim.dualrun.replay.pinned.worker import pin; pin{told!r}; "
    before, _, after = worker_process.START.partition("from shim")
    worker_process.START = f"{before}{pin}from shim{after}"


def pin(stubs: str, application: str, libraries: str) -> None:
    """In a worker process, before it imports its functions. `libraries`: '' for none."""
    if libraries:
        site.addsitedir(libraries)
    path = Path(stubs)
    set_application(application)
    shared = Shared(path.parent)
    clock, draws = PinnedClock(shared), PinnedDraws(shared)
    clock.start()
    draws.start()
    follow_sleeps(lambda _: nullcontext(), clock)  # the process that waits for the call counts it
    _follow_steps(draws)
    answers = _WorkerAnswers([Stub(**record) for record in json.loads(path.read_text("utf-8"))], path.with_name(_USED))
    install(answers)
    answer_aws(answers)
    # moto, in the process that started this one, and the service that a function outside of it pushes to
    open_to = (urlsplit(os.environ.get(name, "")).port for name in ("AWS_ENDPOINT_URL", "PUSH_URL"))
    close_network(answers.refused, [port for port in open_to if port])


def _follow_steps(draws: PinnedDraws) -> None:
    call = Worker._call  # noqa: SLF001

    def following(self: Worker, head: dict[str, Any], body: bytes) -> None:
        draws.follow()
        call(self, head, body)

    Worker._call = following  # type: ignore[method-assign]  # noqa: SLF001


def used_by_workers(stubs: Path) -> dict[str, int]:
    """Name of a stub or an address -> uses by all workers so far."""
    try:
        lines = stubs.with_name(_USED).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(Counter(json.loads(line) for line in lines).most_common(MOST_ADDRESSES))
