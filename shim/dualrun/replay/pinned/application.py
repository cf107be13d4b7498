"""Which code is the application's: what it draws, reads and waits for counts; what servers and libraries do doesn't."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Final

_ROOTS: Final[list[str]] = []

_NOT_OF_IT: Final = (
    f"{os.sep}site-packages{os.sep}",
    f"{os.sep}sse_service{os.sep}streams{os.sep}",
    f"{os.sep}sse_service{os.sep}gateway{os.sep}",
)
"""Below an application's folder, and yet not its own: an environment in it, and the library that serves it."""


def set_application(root: str | os.PathLike[str]) -> None:
    """`root`: the folder of the application. Once in a process."""
    _ROOTS[:] = [os.path.realpath(root) + os.sep]
    is_of_application.cache_clear()


@lru_cache(maxsize=4096)
def is_of_application(filename: str) -> bool:
    """`filename`: as code objects have it."""
    if not _ROOTS or filename.startswith("<"):
        return False
    path = os.path.realpath(filename)
    return path.startswith(_ROOTS[0]) and not any(part in path for part in _NOT_OF_IT)
