"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from migrator.errors import WsSseError


class NotWritable(WsSseError):
    """Raised when a file can't be written; what stood there before still does."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} can't be written ({self.reason}); what was there before is unchanged."


def write_file(path: Path, text: str) -> None:
    """Writes UTF-8 text, line ends as they are, beside the file and renames. Makes missing folders.

    Raises NotWritable.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise NotWritable(path, error.strerror or str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException as error:
        with suppress(OSError):
            Path(name).unlink()
        if isinstance(error, OSError):
            raise NotWritable(path, error.strerror or str(error)) from error
        raise


def _umask() -> int:
    """The only way to read it is to set it."""
    current = os.umask(0o077)
    os.umask(current)
    return current
