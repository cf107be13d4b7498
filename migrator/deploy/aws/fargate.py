"""Which memory Fargate gives with which CPU.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _gigabytes(least: int, most: int) -> tuple[int, ...]:
    return tuple(1024 * each for each in range(least, most + 1))


MEMORY_MB: Final[Mapping[int, tuple[int, ...]]] = {
    256: (512, *_gigabytes(1, 2)),
    512: _gigabytes(1, 4),
    1024: _gigabytes(2, 8),
    2048: _gigabytes(4, 16),
    4096: _gigabytes(8, 30),
}
"""Units of 1/1024 vCPU -> MB of 1024 KB, for either architecture. Of 8 and 16 vCPU a node with one process and those of
its functions makes nothing; more tasks do."""
