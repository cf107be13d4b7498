"""The outside of a worker process of the legacy path: closed, and answered by the same stubs as everywhere.

Its clock and what it draws are real: they would have to be shared with the process that started it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shim.backends import worker_process
from shim.backends.push_seams import install
from shim.dualrun.replay.pinned.answers import Answers
from shim.dualrun.replay.pinned.aws_answers import answer_aws
from shim.dualrun.replay.pinned.network import close_network
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


def pin_workers(stubs: Path) -> None:
    """In the process that starts them, before it does. `stubs`: their file, in a folder of this run."""
    pin = f"from shim.dualrun.replay.pinned.worker import pin; pin({str(stubs)!r}); "
    before, _, after = worker_process.START.partition("from shim")
    worker_process.START = f"{before}{pin}from shim{after}"


def pin(stubs: str) -> None:
    """In a worker process, before it imports its functions."""
    path = Path(stubs)
    answers = _WorkerAnswers([Stub(**record) for record in json.loads(path.read_text("utf-8"))], path.with_name(_USED))
    install(answers)
    answer_aws(answers)
    # moto, in the process that started this one, and the service that a function outside of it pushes to
    open_to = (urlsplit(os.environ.get(name, "")).port for name in ("AWS_ENDPOINT_URL", "PUSH_URL"))
    close_network(answers.refused, [port for port in open_to if port])


def used_by_workers(stubs: Path) -> dict[str, int]:
    """Name of a stub or an address -> uses by all workers so far."""
    try:
        lines = stubs.with_name(_USED).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(Counter(json.loads(line) for line in lines).most_common(MOST_ADDRESSES))
